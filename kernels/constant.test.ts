import { expect, it } from 'vitest';
import { listOf } from '../test/random.ts';
import { type Column, numberColumn, valueText } from './column.ts';
import { constantDecimal, constantText, nullColumns } from './constant.ts';
import { daysOf } from './days.ts';
import { createKernels } from './wasm.ts';

const kernels = createKernels(1 << 20);
const texts = (column: Column) => listOf(column.length, row => valueText(column, row));

it.each([0, 1, 9, 1_000])('%i rows of one value', length => {
  kernels.release(0);
  kernels.bytes.fill(0xa5, kernels.mark(), kernels.mark() + 200_000);
  expect(texts(constantText(kernels, 'zł', length))).toEqual(listOf(length, () => 'zł'));
  expect(texts(constantText(kernels, '', length))).toEqual(listOf(length, () => ''));
  expect(texts(constantDecimal(kernels, -7n, length))).toEqual(listOf(length, () => '-7'));
  const nulls = nullColumns(kernels, length);
  for (const type of ['text', 'int64', 'decimal', 'date', 'timestamp', 'boolean'] as const) {
    const column = nulls(type);
    expect([column.type, texts(column)]).toEqual([type, listOf(length, () => null)]);
    if (column.type === 'text') expect([...column.offsets]).toEqual(listOf(length + 1, () => 0));
  }
});

it('times lie on their days, before 1970 too', () => {
  const day = 86_400_000_000;
  const times = [0, 1, day - 1, day, -1, -day, -day - 1, null, 1_525_773_600_000_000];
  const days = daysOf(kernels, numberColumn('timestamp', times));
  expect(texts(days)).toEqual(times.map(time => (time === null ? null : String(Math.floor(time / day)))));
});

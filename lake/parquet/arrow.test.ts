import { tableFromIPC, tableToIPC } from 'apache-arrow';
import { expect, it } from 'vitest';
import type { Column } from '../../kernels/column.ts';
import { createKernels } from '../../kernels/wasm.ts';
import { COLUMN_TYPES, randomColumn } from '../../test/columns.ts';
import { seeded } from '../../test/random.ts';
import { arrowTable } from './arrow.fixture.ts';
import { EMPTY } from './readers.fixture.ts';

const kernels = createKernels(1 << 20);

type Buffers = Uint8Array | Int32Array | BigInt64Array | Float64Array;

/** A copy in the kernels' memory, where the columns of a task are. */
function placed<Values extends Buffers>(values: Values): Values {
  const start = kernels.alloc(values.byteLength);
  kernels.bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), start);
  const View = values.constructor as new (buffer: ArrayBufferLike, start: number, length: number) => Values;
  return new View(kernels.bytes.buffer, start, values.length);
}

function inKernels(column: Column): Column {
  const validity = placed(column.validity);
  if (column.type === 'text') {
    return { ...column, validity, offsets: placed(column.offsets), bytes: placed(column.bytes) };
  }
  return { ...column, validity, values: placed(column.values) } as Column;
}

const place = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => ({ buffer, byteOffset, byteLength });

it.each(COLUMN_TYPES)('a %s column is an Arrow array where it is: no byte of it is copied', type => {
  const column = inKernels(randomColumn(seeded(3), type, 100));
  const definition = { ...EMPTY, columns: [{ name: 'a', type, nullable: true, description: '' }] };
  const table = arrowTable(definition, { length: 100, columns: { a: column } });
  const data = table.getChildAt(0)!.data[0]!;
  expect(data.values.buffer).toBe(kernels.bytes.buffer);
  expect(place(data.values)).toEqual(place(column.type === 'text' ? column.bytes : column.values));
  expect(place(data.nullBitmap!)).toEqual(place(column.validity));
  if (column.type === 'text') expect(place(data.valueOffsets)).toEqual(place(column.offsets));
});

it('amounts are decimals of 64 bits, which Arrow sends and finds again', () => {
  const column = inKernels(randomColumn(seeded(4), 'decimal', 100, 0));
  if (column.type !== 'decimal') throw new Error('not decimals');
  const columns = [{ name: 'a', type: 'decimal', nullable: false, description: '' }] as const;
  const table = arrowTable({ ...EMPTY, columns }, { length: 100, columns: { a: column } });
  const vector = tableFromIPC(tableToIPC(table)).getChildAt(0)!;
  expect(vector.type).toMatchObject({ bitWidth: 64, scale: 6, precision: 18 });
  for (let row = 0; row < 100; row++) {
    const words = vector.get(row) as Uint32Array;
    expect(new BigInt64Array(Uint32Array.from(words).buffer)[0]).toBe(column.values[row]);
  }
});

import { tableFromIPC, tableToIPC } from 'apache-arrow';
import { expect, it } from 'vitest';
import type { Column } from '../../kernels/column.ts';
import { compilePattern } from '../../kernels/dates.ts';
import { readRecords } from '../../kernels/read.ts';
import type { ColumnReader } from '../../kernels/reader.ts';
import { createKernels } from '../../kernels/wasm.ts';
import { COLUMN_TYPES, randomColumn } from '../../test/columns.ts';
import { seeded } from '../../test/random.ts';
import { PLAIN_READER } from '../../test/reader.ts';
import { arrowTable } from './arrow.fixture.ts';
import { EMPTY } from './readers.fixture.ts';

const kernels = createKernels(1 << 22);

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

it('what the reader makes of a file is an Arrow table where it is', () => {
  const csv = Buffer.from('1,2.5,Zürich,2018-01-02 03:04:05,y\n,,,,\n-7,-0.1,🛒,1969-12-31 23:59:59,n\n');
  const readers: readonly ColumnReader[] = [
    { ...PLAIN_READER, kind: 'int' },
    {
      ...PLAIN_READER,
      kind: 'decimal',
      decimal: { decimalSign: 46, thousands: -1, signs: [], places: 6, round: false },
    },
    PLAIN_READER,
    { ...PLAIN_READER, kind: 'timestamp', patterns: [compilePattern('YYYY-MM-DD HH:mm:ss')] },
    { ...PLAIN_READER, kind: 'boolean', words: [['y'], ['n']] },
  ];
  const limits = { recordBytes: 1_000, multilineBytes: 1_000 };
  const bytes = { address: placed(csv).byteOffset, size: csv.length };
  const { records, columns } = readRecords(kernels, { ...bytes, delimiter: 44, limits, readers, hashed: null });
  const names = readers.map(({ kind }) => kind);
  const found = columns.map(column => column!);
  const table = arrowTable(
    {
      ...EMPTY,
      columns: found.map(({ type }, i) => ({ name: names[i]!, type, nullable: true, description: '' })),
    },
    { length: records, columns: Object.fromEntries(found.map((column, i) => [names[i]!, column])) },
  );
  expect(table.numRows).toBe(3);
  found.forEach((column, i) => {
    const data = table.getChildAt(i)!.data[0]!;
    expect(data.values.buffer).toBe(kernels.bytes.buffer);
    expect(data.values.byteOffset).toBe((column.type === 'text' ? column.bytes : column.values).byteOffset);
    expect(data.nullBitmap!.byteOffset).toBe(column.validity.byteOffset);
    if (column.type === 'text') expect(data.valueOffsets.byteOffset).toBe(column.offsets.byteOffset);
  });
  expect([0, 1, 2].map(row => table.getChild('text')!.get(row))).toEqual(['Zürich', null, '🛒']);
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

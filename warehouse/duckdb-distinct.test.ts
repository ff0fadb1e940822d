import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { distinctColumns } from './duckdb-distinct.ts';
import type { Json } from './warehouse.ts';

/** Enough rows for hashes to be compared, which a few are not worth. */
const MANY = 300_000;

const ORDER = { column: 'order_id', range: null };

test.each([
  ['every value is another one', 'i', true],
  ['the last value is the first one', `case when i = ${MANY - 1} then 0 else i end`, false],
  ['the second value is the first one', 'case when i = 1 then 0 else i end', false],
  ['one value is missing', `case when i = ${MANY / 2} then null else i end`, false],
  ['every value stands twice, far apart', `i % ${MANY / 2}`, false],
])('%s', async (_, expression, expected) => {
  for (const rows of [MANY, 500]) {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const scaled = expression.replaceAll(/\d{4,}/g, number => String(Math.floor((Number(number) * rows) / MANY)));
    await connection.run(
      `create table fact as select (${scaled}) - 100 as sale_id, 'T' || (${scaled}) as order_id
       from (select range as i from range(${rows}))`,
    );
    const read = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson() as Json[][];
    let handedOut = 0;
    const reader = {
      rows: read,
      async numbers(sql: string) {
        const found = (await read(sql)) as number[][];
        handedOut += found.length;
        const columns = found[0]!.map((_, column) => Float64Array.from(found.map(row => row[column]!)));
        const half = Math.floor(found.length / 2);
        return [columns.map(column => column.subarray(0, half)), columns.map(column => column.subarray(half))];
      },
    };
    const candidates = [{ column: 'sale_id', range: { least: '-100', greatest: String(rows - 101) } }, ORDER];
    const slices = ['sale_id < 7', 'sale_id >= 7 or sale_id is null'].map(half => `(from fact where ${half})`);
    const distinct = await distinctColumns(reader, candidates, { table: 'fact', slices, rows });
    expect([...distinct].sort()).toEqual(expected ? ['order_id', 'sale_id'] : []);
    // Both are read at once, and nothing else has told so.
    if (expected) expect(handedOut).toBe(rows === MANY ? MANY : 0);
    connection.closeSync();
    instance.closeSync();
  }
});

/** Of a table whose column says that it is distinct whenever it is counted, but in whose numbers that does not show. */
async function prove(numbers: readonly number[], range: { least: string; greatest: string } | null, column: string) {
  const counted: string[] = [];
  const reader = {
    rows: async (sql: string): Promise<Json[][]> => {
      counted.push(sql);
      return [[sql.includes('limit') ? 1 : String(MANY)]];
    },
    numbers: async () => [[Float64Array.from(numbers)]],
  };
  const distinct = await distinctColumns(reader, [{ column, range }], { table: 'fact', slices: ['fact'], rows: MANY });
  return { isDistinct: distinct.has(column), queries: counted.length };
}

test('hashes that are no hashes prove nothing', async () => {
  const different = Array.from({ length: MANY }, (_, index) => index);
  const proofs: [readonly number[], number][] = [
    [different, 1],
    [different.slice(1), 3],
    [different.with(MANY - 1, 0), 3],
    // All in one part, which has no room for them.
    [different.map(index => index * 2 ** 20), 3],
  ];
  for (const [numbers, queries] of proofs) {
    expect(await prove(numbers, null, 'order_id')).toEqual({ isDistinct: true, queries });
  }
});

test('numbers that are not between their limits prove nothing, and are counted by whoever asks for them', async () => {
  const different = Array.from({ length: MANY }, (_, index) => index);
  const range = { least: '1', greatest: String(MANY) };
  expect(await prove(different, range, 'sale_id')).toEqual({ isDistinct: true, queries: 0 });
  for (const number of [0, -1, MANY + 100, 2 ** 31]) {
    expect(await prove(different.with(MANY - 1, number), range, 'sale_id')).toEqual({ isDistinct: false, queries: 0 });
  }
  const far = { least: '1', greatest: '99999999999' };
  expect(await prove(different.with(1, 2), far, 'sale_id')).toEqual({ isDistinct: false, queries: 0 });
});

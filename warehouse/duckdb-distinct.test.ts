import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { isDistinct } from './duckdb-distinct.ts';
import type { Json } from './warehouse.ts';

/** Enough rows for hashes to be compared, which a few are not worth. */
const MANY = 300_000;

test.each([
  ['every text is another one', 'i', true],
  ['the last text is the first one', `case when i = ${MANY - 1} then 0 else i end`, false],
  ['the second text is the first one', 'case when i = 1 then 0 else i end', false],
  ['one text is missing', `case when i = ${MANY / 2} then null else i end`, false],
  ['every text stands twice, far apart', `i % ${MANY / 2}`, false],
])('%s', async (_, expression, expected) => {
  for (const rows of [MANY, 500]) {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const scaled = expression.replaceAll(/\d{4,}/g, number => String(Math.floor((Number(number) * rows) / MANY)));
    await connection.run(
      `create table fact as select 'T' || (${scaled}) as order_id from (select range as i from range(${rows}))`,
    );
    const read = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson() as Json[][];
    let hashed = 0;
    const reader = {
      rows: read,
      async *numbers(sql: string) {
        const hashes = Float64Array.from((await read(sql)).map(([hash]) => hash as number));
        hashed += hashes.length;
        const half = hashes.length / 2;
        yield hashes.subarray(0, half);
        yield hashes.subarray(half);
      },
    };
    expect(await isDistinct(reader, 'order_id', 'fact', rows)).toBe(expected);
    // Where all are distinct nothing else than the hashes has told so.
    if (expected) expect(hashed).toBe(rows === MANY ? MANY : 0);
    connection.closeSync();
    instance.closeSync();
  }
});

test('hashes that are no hashes prove nothing', async () => {
  const counted: string[] = [];
  const reader = (numbers: readonly number[]) => ({
    rows: async (sql: string): Promise<Json[][]> => {
      counted.push(sql);
      // As many rows as values that are not null, in the table and in its beginning.
      return [[String(sql.includes('limit') ? MANY / 10 : MANY)]];
    },
    async *numbers() {
      yield Float64Array.from(numbers);
    },
  });
  const different = Array.from({ length: MANY }, (_, index) => index);
  const proofs: [readonly number[], number][] = [
    [different, 2],
    [different.slice(1), 4],
    [different.with(MANY - 1, 0), 4],
    // All in one part, which has no room for them.
    [different.map(index => index * 2 ** 20), 4],
  ];
  for (const [numbers, queries] of proofs) {
    counted.length = 0;
    expect(await isDistinct(reader(numbers), 'order_id', 'fact', MANY)).toBe(true);
    expect(counted).toHaveLength(queries);
  }
});

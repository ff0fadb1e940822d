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
    let lists = 0;
    const reader = {
      rows: read,
      async *numberLists(sql: string) {
        for (const [list] of await read(sql)) {
          lists++;
          yield Float64Array.from(list as number[]);
        }
      },
    };
    expect(await isDistinct(reader, 'order_id', 'fact', rows)).toBe(expected);
    // Where all are distinct nothing else than the hashes has told so.
    if (expected) expect(lists).toBe(rows === MANY ? 256 : 0);
    connection.closeSync();
    instance.closeSync();
  }
});

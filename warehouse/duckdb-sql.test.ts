/** The macros against whole numbers of any size. */
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { MACROS } from './duckdb-sql.ts';

/** Millionths, on both sides of where 64 bits are enough, and of either sign. */
const EDGES = [0n, 1n, 3n, 499_999n, 10n ** 6n, 4n * 10n ** 12n, 10n ** 18n, 8n * 10n ** 25n].flatMap(edge => [
  edge - 1n,
  edge,
  edge + 1n,
  -edge,
]);

test('a ratio is exact to six decimals, rounded half away from zero, or null', async () => {
  const pairs = EDGES.flatMap(a => EDGES.map(b => [a, b] as const));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const macro of MACROS) await connection.run(`create macro ${macro}`);
  const values = pairs.map(([a, b]) => `(${decimal(a)}, ${decimal(b)})`).join(', ');
  const reader = await connection.runAndReadAll(
    `select safe_ratio(a, b) from (values ${values}) as pairs(a, b) union all select safe_ratio(null, 1)`,
  );
  const expected = pairs.map(([a, b]) => ratio(a, b));
  expect(reader.getRowsJson().map(([value]) => value)).toEqual([...expected, null]);
  connection.closeSync();
  instance.closeSync();
});

const decimal = (millionths: bigint): string => `cast('${written(millionths)}' as decimal(38, 6))`;

function ratio(a: bigint, b: bigint): string | null {
  if (b === 0n) return null;
  const size = (2_000_000n * abs(a) + abs(b)) / (2n * abs(b));
  return written(a < 0n !== b < 0n ? -size : size);
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

function written(millionths: bigint): string {
  const digits = String(abs(millionths)).padStart(7, '0');
  return `${millionths < 0n ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

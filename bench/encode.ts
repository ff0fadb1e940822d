/** Typed columns to the bytes of a Parquet file: the encoding step alone, against the libraries that npm has for it. */
import { detailOf, medianOf, runProgram, spreadOf, takeTurns } from './measure.ts';
import type { EncodeDetail, EncodeOptions } from './programs/encode.ts';
import { goal, type Report } from './report.ts';
import type { Settings } from './settings.ts';

const PROGRAM = new URL('./programs/encode.ts', import.meta.url);

/** The rows that each side is given; parquetjs-lite gets fewer, since it takes seconds for them. */
const ROWS = 1_000_000;
const ROWS_FOR_THE_SLOWEST = 300_000;

const SIDES: readonly EncodeOptions['side'][] = [
  'delta',
  'safe',
  'parquet-wasm',
  'hyparquet-writer, zstd',
  'hyparquet-writer, snappy',
  'parquetjs-lite, snappy',
];

export async function encodeTable({ data, runs }: Settings): Promise<Report> {
  const sides = Object.fromEntries(
    SIDES.map(side => {
      const rows = side.startsWith('parquetjs') ? ROWS_FOR_THE_SLOWEST : ROWS;
      return [side, () => runProgram(PROGRAM, { side, path: data.sales, rows } satisfies EncodeOptions)];
    }),
  );
  const usages = takeTurns('encode', sides, runs);
  const detail = (side: string) => detailOf<EncodeDetail>(usages[side]!);
  const speed = (side: string) => detail(side).rows / medianOf(usages[side]!, 'cpuS');
  const rows = SIDES.map(side => [
    side === 'delta' ? 'endcap, DELTA encodings, zstd' : side === 'safe' ? 'endcap, safe profile, zstd' : nameOf(side),
    detail(side).rows.toLocaleString('en'),
    spreadOf(usages[side]!, 'cpuS', 3),
    (speed(side) / 1e6).toFixed(2),
    (detail(side).bytes / detail(side).rows).toFixed(1),
    `${(speed('delta') / speed(side)).toFixed(1)} ×`,
  ]);
  const hyparquet = Math.max(speed('hyparquet-writer, zstd'), speed('hyparquet-writer, snappy'));
  return {
    title: 'Typed columns in memory to the bytes of a Parquet file, one thread, CPU seconds',
    head: ['writer', 'rows', 'CPU s', 'M rows/s', 'bytes/row', 'endcap is faster'],
    rows,
    notes: [
      'Each is given its own kind of input, made before the clock starts: columns; an Arrow table, which parquet-wasm takes ' +
        'through Arrow’s stream format (in the time); arrays of BigInts and strings; row objects. All have written 50,000 rows ' +
        'before. zstd at level 1 but for parquet-wasm, whose level is its default.',
    ],
    goals: [
      goal('Encoding step, times parquetjs-lite', speed('delta') / speed('parquetjs-lite, snappy'), '≥', 50, ' ×'),
      goal('… times parquet-wasm', speed('delta') / speed('parquet-wasm'), '≥', 5, ' ×'),
      goal('… times hyparquet-writer', speed('delta') / hyparquet, '≥', 5, ' ×'),
    ],
  };
}

const nameOf = (side: string): string => (side === 'parquet-wasm' ? 'parquet-wasm, zstd' : side);

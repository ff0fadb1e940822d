import { describe, expect, it } from 'vitest';
import { type Column, fixedColumn, numberColumn, textColumn, valueText } from '../../kernels/column.ts';
import { MICROS_PER_DAY } from '../../kernels/dates.ts';
import { sortRows } from '../../kernels/sort.ts';
import { createKernels } from '../../kernels/wasm.ts';
import { memoryStore } from '../../lake/memory.ts';
import { encodeRun, slabCuts } from '../../lake/run.ts';
import { placeSlice } from '../../lake/slice.ts';
import { below, between, listOf, pick, type Random, seeded } from '../../test/random.ts';
import type { TaskContext } from '../registry.ts';
import { merge } from './merge.ts';
import { orderColumns } from './order.ts';
import { type DayRun, type DayRuns, type Sorting, sortedPieces } from './pieces.ts';

const kernels = createKernels(1 << 26);

interface Line {
  readonly day: number;
  readonly who: string;
  readonly sale: number;
  readonly file: string;
  readonly line: number;
}

const SALE = { customer_id: 'who', sale_id: 'sale', sold: 'at' };

const sortingOf = (rowsAtOnce: number): Sorting => ({ by: 'day', sale: SALE, columns: 3, rowsAtOnce });

const columnsOf = (lines: readonly Line[]): Record<string, Column> => {
  const at = { ...fixedColumn('timestamp', lines.length), type: 'timestamp' as const };
  at.values.set(lines.map(({ day }, i) => BigInt(day * MICROS_PER_DAY + (i % 1_000))));
  at.validity.fill(255);
  return {
    who: textColumn(lines.map(({ who }) => who)),
    sale: numberColumn(
      'int64',
      lines.map(({ sale }) => sale),
    ),
    at,
    $line: numberColumn(
      'int64',
      lines.map(({ line }) => line),
    ),
    $source: { type: 'int32', length: lines.length, values: new Int32Array(lines.length), validity: at.validity },
  };
};

/** The run of one chunk's lines, all of one day, in slabs of a few rows. */
async function runOf(store: ReturnType<typeof memoryStore>, lines: readonly Line[], slabRows: number): Promise<DayRun> {
  const mark = kernels.mark();
  const rows = { length: lines.length, columns: columnsOf(lines) };
  const order = sortRows(kernels, Int32Array.from(lines.keys()), orderColumns(kernels, SALE, rows));
  const run = encodeRun(kernels, rows, order, slabCuts([{ name: 0, end: lines.length }], slabRows));
  const key = `lake/parts/${lines[0]!.file}-${lines[0]!.line}-${parts++}`;
  await store.write(key, run.bytes);
  kernels.release(mark);
  const file = { key, bytes: run.bytes.length, rows: lines.length };
  return { files: [lines[0]!.file], slices: run.slices.map(slice => placeSlice(file, slice)) };
}

/** Lines of some days in several chunks; ids begin alike, and some sales come more than once. */
async function randomDays(random: Random, options: { days: number; chunks: number; customers: number }) {
  const store = memoryStore();
  const lines: Line[] = [];
  const days: DayRuns[] = [];
  for (let day = 100; day < 100 + options.days; day++) {
    const runs: DayRun[] = [];
    for (let chunk = 0; chunk < options.chunks; chunk++) {
      if (random() < 0.1) continue;
      const own = listOf(between(random, 1, 80), (i): Line => {
        const who = `customer-${below(random, options.customers)}`;
        return { day, who, sale: below(random, 60), file: `file ${chunk >> 1}`, line: chunk * 1_000 + i };
      });
      lines.push(...own);
      runs.push(await runOf(store, own, pick(random, [3, 20, 1_000])));
    }
    if (runs.length > 0) days.push({ day, runs });
  }
  return { store, days, lines };
}

/** Pieces as plain lines, with the size of each. */
async function collect(store: ReturnType<typeof memoryStore>, days: readonly DayRuns[], sorting: Sorting) {
  const files = days.flatMap(({ runs }) => runs.flatMap(run => run.files));
  const lines: Line[] = [];
  const sizes: number[] = [];
  const before = kernels.mark();
  for await (const { rows, source, day, starts } of sortedPieces({ kernels, lake: store }, days, sorting)) {
    sizes.push(rows.length);
    expect(starts.at(-1)).toBe(rows.length);
    for (let row = 0; row < rows.length; row++) {
      const text = (name: string) => valueText(rows.columns[name]!, row)!;
      const index = starts.findLastIndex(start => start <= row);
      const file = files[source[row]!]!;
      lines.push({
        day: days[day + index]!.day,
        who: text('who'),
        sale: Number(text('sale')),
        file,
        line: Number(text('$line')),
      });
    }
  }
  expect(kernels.mark()).toBe(before);
  return { lines, sizes };
}

/** What sorting must give: by day, customer and sale, and what is equal in its order in the chunks. */
const sortedLines = (lines: readonly Line[]): Line[] =>
  [...lines].sort((a, b) => a.day - b.day || Buffer.compare(Buffer.from(a.who), Buffer.from(b.who)) || a.sale - b.sale);

describe('days in pieces', () => {
  it('give the lines that the days have as a whole, in their order', async () => {
    const random = seeded(1);
    for (let i = 0; i < 40; i++) {
      const options = { days: between(random, 1, 4), chunks: between(random, 1, 9), customers: between(random, 1, 50) };
      const { store, days, lines } = await randomDays(random, options);
      for (const rowsAtOnce of [1, between(random, 2, 60), between(random, 60, 300), 100_000])
        expect((await collect(store, days, sortingOf(rowsAtOnce))).lines).toEqual(sortedLines(lines));
    }
  });

  it('are cut so that each fits, even where one customer has all lines of a day', async () => {
    for (const customers of [1, 2, 300]) {
      const { store, days, lines } = await randomDays(seeded(customers), { days: 1, chunks: 40, customers });
      const { sizes } = await collect(store, days, sortingOf(200));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(200);
      expect(sizes.length).toBeLessThan((lines.length / 100) * 1.5);
    }
  });

  it('leave records of one customer and one sale together, however many there are', async () => {
    const store = memoryStore();
    const lines = listOf(90, (line): Line => ({ day: 1, who: 'one', sale: line < 80 ? 7 : 8, file: 'f', line }));
    const days = [
      { day: 1, runs: [await runOf(store, lines.slice(0, 50), 9), await runOf(store, lines.slice(50), 9)] },
    ];
    const { sizes, lines: found } = await collect(store, days, sortingOf(10));
    expect(sizes).toEqual([80, 10]);
    expect(found).toEqual(lines);
  });
});

describe('merged runs', () => {
  it('give what their runs gave, and know the chunk of every line', async () => {
    const random = seeded(2);
    for (let i = 0; i < 30; i++) {
      const { store, days, lines } = await randomDays(random, { days: between(random, 1, 3), chunks: 8, customers: 9 });
      const groups = [
        [0, 3],
        [3, 6],
        [6, 8],
      ] as const;
      const merged = days.map(({ day }) => ({ day, runs: [] as DayRun[] }));
      for (const [from, to] of groups) {
        const input = days
          .map(({ day, runs }) => ({ day, runs: runs.slice(from, to) }))
          .filter(({ runs }) => runs.length);
        if (input.length === 0) continue;
        const output = await merge({ days: input }, mergeContext(store, between(random, 5, 400)));
        input.forEach(({ day, runs }, i) => {
          const files = runs.flatMap(run => run.files);
          merged.find(other => other.day === day)!.runs.push({ files, slices: output.days[i]! });
        });
      }
      for (const rowsAtOnce of [between(random, 1, 60), 100_000])
        expect((await collect(store, merged, sortingOf(rowsAtOnce))).lines).toEqual(sortedLines(lines));
    }
  });
});

let parts = 0;

/** A task's context, of which only what merging uses is there. */
function mergeContext(store: ReturnType<typeof memoryStore>, rowsAtOnce: number): TaskContext<Sorting> {
  const writer = async () => {
    const key = `lake/parts/merged-${parts++}`;
    const pieces: Buffer[] = [];
    return {
      write: async (bytes: Uint8Array) => void pieces.push(Buffer.from(bytes)),
      async close(rows: number) {
        const bytes = Buffer.concat(pieces);
        await store.write(key, bytes);
        return { key, bytes: bytes.length, rows, sha256: '' };
      },
      abort: async () => undefined,
    };
  };
  return { kernels, lake: store, shared: sortingOf(rowsAtOnce), writer } as unknown as TaskContext<Sorting>;
}

/** What a person can do about a task that needs more memory than it has: only some are helped by smaller chunks. */
import { CHUNK_BYTES_MIN } from '../../base/limits.ts';
import { dayText } from '../../kernels/dates.ts';
import type { MemoryAdvice } from '../registry.ts';
import type { DayInput, DayShared } from './day.ts';
import type { DimensionInput, DimensionShared } from './dimension.ts';
import type { BucketsShared, KeysInput } from './keys.ts';
import type { MergeInput } from './merge.ts';
import type { Sorting } from './pieces.ts';
import type { ChunkInput } from './plan.ts';
import type { QuarantineInput, QuarantineShared } from './quarantine.ts';
import type { ScanInput } from './scan.ts';
import type { TableInput } from './table.ts';
import type { TableFiles } from './tables.ts';

/** What a stage's plan says of a task. */
type Advise<Input, Shared> = (input: Input, shared: Shared) => MemoryAdvice;

/** The advice for a task of this kind. */
export function memoryAdvice(kind: string, input: unknown, shared: unknown): MemoryAdvice | null {
  const advise = (ADVICE as Readonly<Record<string, Advise<never, never>>>)[kind];
  return advise?.(input as never, shared as never) ?? null;
}

const ofChunk: Advise<ChunkInput, unknown> = ({ file, start, end, records }) => ({
  what: `${counted(records, 'record')} of ${file} cannot be read at once`,
  where: `${file}, bytes ${start} to ${end}`,
  why: `the columns of so many records are larger than their ${end - start} bytes`,
  next: `run again with ${smallerChunks(end - start)}`,
});

const ADVICE = {
  'clean.scan': (({ ranges }) => {
    const [range] = ranges.toSorted((a, b) => sizeOf(b.range) - sizeOf(a.range));
    return {
      what: `a range of ${range!.file} cannot be looked through at once`,
      where: `${range!.file}, from byte ${range!.range.start} on`,
      why: 'a record or line in it is very long',
      next: `run again with ${smallerChunks(sizeOf(range!.range))}, or look for a quote that nobody closed`,
    };
  }) satisfies Advise<ScanInput, unknown>,
  'clean.chunk': ofChunk,
  'clean.entries': ofChunk,
  'clean.table': (({ table, files }) => {
    const chunks = files.flatMap(file => file.chunks);
    const records = chunks.reduce((sum, chunk) => sum + chunk.records, 0);
    const largest = Math.max(0, ...chunks.map(sizeOf));
    return {
      what: `the table ${table} cannot be cleaned`,
      where: some(files.map(({ file }) => file)),
      why: `the keys of its ${counted(records, 'record')} are held together, besides ${largest} bytes of a file`,
      next: `run again with ${smallerChunks(largest)}; if that is not enough, leave out the records that no sale refers to`,
    };
  }) satisfies Advise<TableInput, unknown>,
  'clean.keys': (({ bucket }, { sources }) => {
    const sizes = sources.map(({ entries: { ends } }) => ends[bucket]! - (ends[bucket - 1] ?? 0));
    return {
      what: `${counted(sumOf(sizes), 'key')} that may come twice cannot be compared at once`,
      where: some(sources.flatMap(({ file }, i) => (sizes[i]! > 0 ? [file] : []))),
      why: 'equal keys are compared in one task: one of them must come millions of times',
      next: 'see whether the key in the contract is what tells the lines of these files apart',
    };
  }) satisfies Advise<KeysInput, BucketsShared>,
  'clean.merge': (({ days }, { by }) =>
    by === 'day' ? ofDays(days) : ofBlock(days.map(({ day }) => day))) satisfies Advise<MergeInput, Sorting>,
  'clean.day': (({ days }, { tables }) => ofDays(days, largeTables(tables))) satisfies Advise<DayInput, DayShared>,
  'clean.dimension': (({ dimension, isDerived, slices }, { tables }) => {
    const large = largeTables(tables);
    return {
      what: `the table dim_${dimension} cannot be made`,
      where: `${counted(sumOf(slices.map(({ rows }) => rows)), 'row')} for dim_${dimension}`,
      why: isDerived
        ? `all descriptions of one ${dimension} are compared in one task`
        : `the values that its references lead to are in memory${besides(large)}`,
      next: isDerived
        ? `see whether a column that describes a ${dimension} in the contract is about the line instead, and leave it out`
        : leaveOut(large, `leave long texts out of the attributes of ${dimension} in the contract`),
    };
  }) satisfies Advise<DimensionInput, DimensionShared>,
  'clean.quarantine': (({ file, rejects }, { tables }) => ({
    what: `${counted(sumOf(rejects.map(({ rows }) => rows)), 'refused record')} of ${file} cannot be described at once`,
    where: file,
    why: `of 16 MiB of the file nearly every record is refused${besides(largeTables(tables))}`,
    next: 'see whether the file is what the contract describes: its delimiter, encoding, key and formats',
  })) satisfies Advise<QuarantineInput, QuarantineShared>,
};

/** Days are cut into pieces that fit, but not between lines of one customer and one sale. */
function ofDays(days: MergeInput['days'], large: readonly string[] = []): MemoryAdvice {
  const rows = sumOf(days.flatMap(({ runs }) => runs.flatMap(({ slices }) => slices.map(slice => slice.rows))));
  const [first, last] = [days[0]!, days.at(-1)!].map(({ day }) => dayText(day));
  return {
    what: `${counted(rows, 'sold line')} cannot be brought into order`,
    where: first === last ? `the day ${first}` : `the days ${first} to ${last}`,
    why: `lines of one customer and one sale are sorted together${besides(large)}`,
    next: leaveOut(large, 'see whether one customer or sale has millions of lines, or a text is very long in most'),
  };
}

/** Blocks too, but not between lines of one customer on one day. */
export const ofBlock = (blocks: readonly number[]): MemoryAdvice => ({
  what: 'the lines of some customers cannot be brought together',
  where: `customer block ${blocks.join(', ')}`,
  why: 'lines of one customer on one day are sorted together',
  next: 'see whether one customer id stands for all who have none, and has millions of lines a day',
});

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
const sizeOf = ({ start, end }: { readonly start: number; readonly end: number }): number => end - start;
const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** The option that halves chunks of so many bytes. */
const smallerChunks = (bytes: number): string =>
  `--chunk-bytes ${Math.max(CHUNK_BYTES_MIN, (bytes >> 11) * 1024) / 1024}KB`;

const FILES_NAMED = 3;

const some = (files: readonly string[]): string => {
  const names = [...new Set(files)];
  const more = names.length - FILES_NAMED;
  return names.slice(0, FILES_NAMED).join(', ') + (more > 0 ? ` and ${counted(more, 'other file')}` : '');
};

/** A table of fewer rows takes a few dozen megabytes at most. */
const LARGE_ROWS = 1_000_000;

const largeTables = (tables: TableFiles): string[] =>
  Object.entries(tables).flatMap(([name, { rows }]) => (rows >= LARGE_ROWS ? [`${name} (${rows} rows)`] : []));

const besides = (large: readonly string[]): string =>
  large.length > 0 ? `, besides the tables that are looked up: ${large.join(', ')}` : '';

const leaveOut = (large: readonly string[], otherwise: string): string =>
  large.length > 0 ? `leave out the records that no sale refers to of ${large.join(', ')}` : otherwise;

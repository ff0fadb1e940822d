import { groupRows } from '../../kernels/groups.ts';
import { sortRows } from '../../kernels/sort.ts';
import type { Slice } from '../../lake/slice.ts';
import { createResults } from '../customers/results.ts';
import type { TaskContext } from '../registry.ts';
import { itemsetColumns, itemsetsOf, rowsOfItemsets } from './itemsets.ts';
import { ITEMS_MAX } from './limits.ts';
import { readResults } from './read.ts';

export interface CandidatesInput {
  /** The itemsets of all blocks. */
  readonly slices: readonly Slice[];
}

export interface CandidatesOutput {
  /** Sets of two products and more. */
  readonly itemsets: number;
  /** These and their single products, in order. */
  readonly slices: readonly Slice[];
}

/** All sets that any block has found, each once. */
export async function candidates({ slices }: CandidatesInput, context: TaskContext): Promise<CandidatesOutput> {
  const { kernels } = context;
  const rows = await readResults(context, slices);
  const columns = itemsetColumns(rows);
  const { first } = groupRows(kernels, columns, rows.length);
  const sets = itemsetsOf(rows, sortRows(kernels, first, columns));
  const results = createResults(context, 'candidates.bin');
  results.add(rowsOfItemsets(withSingles(sets)));
  return { itemsets: first.length, slices: await results.close() };
}

/** Each single item that is in a set, before the sets that begin with it. */
function withSingles(sets: Int32Array): Int32Array {
  const items = new Set(sets);
  items.delete(-1);
  const all = new Int32Array(sets.length + items.size * ITEMS_MAX).fill(-1);
  let [at, from] = [0, 0];
  for (const item of [...items].sort((a, b) => a - b)) {
    all[at] = item;
    at += ITEMS_MAX;
    let end = from;
    while (sets[end] === item) end += ITEMS_MAX;
    all.set(sets.subarray(from, end), at);
    at += end - from;
    from = end;
  }
  return all;
}

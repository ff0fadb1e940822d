import type { TableDefinition } from '../../base/table.ts';
import {
  booleanColumn,
  type Column,
  dateColumn,
  doubleColumn,
  type FixedColumn,
  type Int32Column,
  isValid,
  numberColumn,
  setBit,
} from '../../kernels/column.ts';
import { gather } from '../../kernels/gather.ts';
import { rowNumbers } from '../../kernels/sort.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { PartFile } from '../../lake/manifest.ts';
import { encodeParquet } from '../../lake/parquet/write.ts';
import type { Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { itemsetsOf } from './itemsets.ts';
import { type CountedItemsets, itemsOf, type RankingLimits, type Rule, rankRules } from './ranking.ts';
import { readResults } from './read.ts';

export interface RulesInput extends RankingLimits {
  readonly asOf: number;
  /** Of basket_rule. */
  readonly definition: TableDefinition;
  /** Of ProductsOutput. */
  readonly productSlices: readonly Slice[];
  /** Of CandidatesOutput. */
  readonly candidates: readonly Slice[];
  /** Of CountOutput, block by block. */
  readonly counts: readonly (readonly Slice[])[];
}

export interface RulesOutput {
  /** Sets of two products and more that are in enough baskets. */
  readonly itemsets: number;
  readonly rules: number;
  /** Those of them that chance does not explain. */
  readonly beyondChance: number;
  /** Null when there is no rule. */
  readonly file: PartFile | null;
}

/** Adds up what the blocks have counted, and writes the rules that follow. */
export async function rules(input: RulesInput, context: TaskContext): Promise<RulesOutput> {
  const { kernels } = context;
  const rows = await readResults(context, input.candidates);
  const sets = itemsetsOf(rows, rowNumbers(kernels, rows.length));
  const counted = { sets, ...(await addCounts(context, input.counts, rows.length)) };
  const found = rankRules(counted, input);
  const itemsets = counted.baskets.filter((own, set) => own >= input.least && itemsOf(sets, set).length > 1).length;
  if (found.length === 0) return { itemsets, rules: 0, beyondChance: 0, file: null };
  const products = (await readResults(context, input.productSlices)).columns.product_id!;
  const columns = ruleColumns(kernels, { ...counted, found, products, input });
  const bytes = encodeParquet(kernels, input.definition, { length: found.length, columns });
  return {
    itemsets,
    rules: found.length,
    beyondChance: found.filter(({ isBeyondChance }) => isBeyondChance).length,
    file: await context.write('basket_rule.parquet', bytes, found.length),
  };
}

interface Counted extends CountedItemsets {
  /** Null when it does not fit. [sets] */
  readonly rests: readonly (bigint | null)[];
}

async function addCounts(
  context: TaskContext,
  blocks: RulesInput['counts'],
  length: number,
): Promise<Omit<Counted, 'sets'>> {
  const baskets = new Float64Array(length);
  const rests: (bigint | null)[] = new Array(length).fill(0n);
  for (const slices of blocks) {
    const mark = context.kernels.mark();
    const { columns } = await readResults(context, slices);
    const [counts, rest] = [(columns.baskets as Int32Column).values, columns.rest as FixedColumn];
    for (let set = 0; set < length; set++) {
      baskets[set]! += counts[set]!;
      const sum = rests[set]!;
      rests[set] = sum !== null && isValid(rest, set) ? sum + rest.values[set]! : null;
    }
    context.kernels.release(mark);
  }
  return { baskets, rests: rests.map(rest => (rest !== null && fits(rest) ? rest : null)) };
}

/** Whether an amount has no more than 18 digits. */
const fits = (amount: bigint): boolean => amount < AMOUNT_END && amount > -AMOUNT_END;
const AMOUNT_END = 10n ** 18n;

interface Found extends Counted {
  readonly found: readonly Rule[];
  readonly products: Column;
  readonly input: RulesInput;
}

/** The columns of basket_rule. */
function ruleColumns(
  kernels: Kernels,
  { sets, baskets, rests, found, products, input }: Found,
): Record<string, Column> {
  const left = found.map(({ antecedent }) => itemsOf(sets, antecedent));
  const product = (items: readonly number[]) => gather(kernels, products, Int32Array.from(items));
  const whole = (of: (rule: Rule, index: number) => number) => numberColumn('int64', found.map(of));
  const double = (of: (rule: Rule) => number) => {
    const column = doubleColumn(found.length);
    column.values.set(found.map(of));
    column.validity.fill(255);
    return column;
  };
  const beyondChance = booleanColumn(found.length);
  found.forEach(({ isBeyondChance }, row) => {
    if (isBeyondChance) setBit(beyondChance.values, row);
  });
  beyondChance.validity.fill(255);
  const asOf = dateColumn(found.length);
  asOf.values.fill(input.asOf);
  asOf.validity.fill(255);
  return {
    rule_rank: whole((_, index) => index + 1),
    antecedent_1: product(left.map(([item]) => item!)),
    antecedent_2: product(left.map(([, item = -1]) => item)),
    antecedent_3: product(left.map(([, , item = -1]) => item)),
    consequent: product(found.map(({ consequent }) => itemsOf(sets, consequent)[0]!)),
    as_of: asOf,
    baskets: whole(() => input.total),
    antecedent_baskets: whole(({ antecedent }) => baskets[antecedent]!),
    consequent_baskets: whole(({ consequent }) => baskets[consequent]!),
    rule_baskets: whole(({ both }) => baskets[both]!),
    support: double(({ support }) => support),
    confidence: double(({ confidence }) => confidence),
    lift: double(({ lift }) => lift),
    is_beyond_chance: beyondChance,
    rest_amount: numberColumn(
      'decimal',
      found.map(({ antecedent }) => rests[antecedent]!),
    ),
  };
}

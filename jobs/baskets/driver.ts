/** The job that finds out what is bought together, on the coordinator. */
import { basketTables } from '../../datasets/baskets.ts';
import type { Slice } from '../../lake/slice.ts';
import type { Analysis, CustomerInput } from '../customers/analysis.ts';
import type { ProfileOutput } from '../customers/profile.ts';
import type { Driver } from '../driver.ts';
import type { CandidatesInput, CandidatesOutput } from './candidates.ts';
import type { CountOutput, CountShared } from './count.ts';
import type { ItemsOutput, ItemsShared } from './items.ts';
import { BASKET_LIMITS, type BasketLimits, CONFIDENCE_MIN } from './limits.ts';
import type { LocalOutput, LocalShared } from './local.ts';
import type { ProductsInput, ProductsOutput } from './products.ts';
import type { RulesInput, RulesOutput } from './rules.ts';

/**
 * Association rules between products (Agrawal, Imieliński, Swami 1993), exact, in two passes over the customer blocks: see
 * local.ts. Any cut into blocks gives the same rules, as long as no more sets of products come often than the limits allow.
 */
export async function findBasketRules(
  driver: Driver,
  input: CustomerInput,
  profiles: readonly Pick<ProfileOutput, 'orders' | 'bought'>[],
  limits: BasketLimits = BASKET_LIMITS,
): Promise<Analysis> {
  const orders = profiles.reduce((sum, own) => sum + own.orders, 0);
  // Orders of one line each need not be looked at.
  if (orders === profiles.reduce((sum, own) => sum + own.bought, 0)) return absent(tooFew(orders, 0));
  const counted = await countItems(driver, input);
  const { total, several } = counted;
  const start = Math.max(limits.countMin, Math.ceil(total / limits.basketsPerCount));
  if (several < start) return absent(tooFew(total, several));
  const frequent = await findItemsets(driver, input, { ...counted, least: start }, limits);
  const notes = frequent.least > start ? [raised(frequent.least, total)] : [];
  if (frequent.candidates.itemsets === 0) return absent(seldom(frequent.least, total), notes);
  const { itemsets, rules, beyondChance, file } = await makeRules(driver, input, { ...frequent, total });
  if (file === null) return absent(itemsets === 0 ? seldom(frequent.least, total) : NO_RULE, notes);
  if (beyondChance === 0) notes.push(chance(rules));
  return { tables: { basket_rule: [file] }, absent: {}, notes };
}

interface Counted {
  /** Baskets, and those of them with two products and more. */
  readonly total: number;
  readonly several: number;
  /** Of ItemsOutput. */
  readonly slices: readonly Slice[];
}

async function countItems(driver: Driver, { blocks, periods }: CustomerInput): Promise<Counted> {
  const items = await driver.stage<ItemsOutput>({
    kind: 'baskets.items',
    title: 'baskets',
    unit: 'blocks',
    shared: { asOf: periods.asOf } satisfies ItemsShared,
    inputs: blocks,
    rows: ({ baskets }) => baskets,
  });
  return {
    total: items.reduce((sum, { baskets }) => sum + baskets, 0),
    several: items.reduce((sum, own) => sum + own.several, 0),
    slices: items.flatMap(({ slices }) => slices),
  };
}

interface Frequent {
  /** Baskets that a set must be in. */
  readonly least: number;
  readonly products: ProductsOutput;
  readonly candidates: CandidatesOutput;
}

/** The sets of products that may be in enough baskets. Where there are too many, they must be in twice as many baskets. */
async function findItemsets(
  driver: Driver,
  input: CustomerInput,
  { total, slices, least }: Omit<Counted, 'several'> & { readonly least: number },
  limits: BasketLimits,
): Promise<Frequent> {
  const { blocks, periods } = input;
  const products = await one<ProductsOutput>(driver, 'baskets.products', { slices, least } satisfies ProductsInput);
  const most = Math.min(limits.itemsetsMax, Math.floor(limits.handedInMax / blocks.length));
  const local = await driver.stage<LocalOutput>({
    kind: 'baskets.local',
    title: 'bought together',
    unit: 'blocks',
    shared: { asOf: periods.asOf, products: products.slices, total, least, most } satisfies LocalShared,
    inputs: products.products > 1 ? blocks : [],
  });
  const sets = local.flatMap(own => own.slices);
  if (local.every(({ itemsets }) => itemsets !== null)) {
    if (sets.length === 0) return { least, products, candidates: { itemsets: 0, slices: [] } };
    const candidates = await one<CandidatesOutput>(driver, 'baskets.candidates', {
      slices: sets,
    } satisfies CandidatesInput);
    if (candidates.itemsets <= limits.itemsetsMax) return { least, products, candidates };
  }
  return findItemsets(driver, input, { total, slices, least: least * 2 }, limits);
}

async function makeRules(
  driver: Driver,
  { contract, blocks, periods }: CustomerInput,
  { least, products, candidates, total }: Frequent & { readonly total: number },
): Promise<RulesOutput> {
  const counts = await driver.stage<CountOutput>({
    kind: 'baskets.count',
    title: 'counting sets',
    unit: 'blocks',
    shared: { asOf: periods.asOf, products: products.slices, candidates: candidates.slices } satisfies CountShared,
    inputs: blocks,
  });
  return one<RulesOutput>(driver, 'baskets.rules', {
    asOf: periods.asOf,
    definition: basketTables(contract)[0]!,
    total,
    least,
    products: products.products,
    productSlices: products.slices,
    candidates: candidates.slices,
    counts: counts.map(({ slices }) => slices),
  } satisfies RulesInput);
}

const UNITS: Readonly<Record<string, readonly [title: string, unit: string]>> = {
  'baskets.products': ['products bought', 'tables'],
  'baskets.candidates': ['sets of products', 'tables'],
  'baskets.rules': ['basket rules', 'tables'],
};

/** A stage of one task. */
async function one<Output>(driver: Driver, kind: string, input: unknown): Promise<Output> {
  const [title, unit] = UNITS[kind]!;
  const [output] = await driver.stage<Output>({ kind, title, unit, shared: {}, inputs: [input] });
  return output!;
}

const absent = (sentence: string, notes: readonly string[] = []): Analysis => ({
  tables: {},
  absent: { basket_rule: sentence },
  notes,
});

const NOTHING = 'nothing is bought together';

function tooFew(total: number, several: number): string {
  if (total === 0) return 'nothing was bought';
  if (several === 0) return `each order has one product: ${NOTHING}`;
  return `${several} of ${total} orders have several products: too few to say what is bought together`;
}

const seldom = (least: number, total: number): string =>
  `no two products are together on ${least} or more of the ${total} orders: ${NOTHING}`;

const NO_RULE = `products are bought together, but none with a lift above 1 and a confidence of ${CONFIDENCE_MIN} or more`;

const chance = (rules: number): string =>
  rules === 1
    ? 'the only basket rule is not beyond what chance explains: see is_beyond_chance'
    : `none of the ${rules} basket rules is beyond what chance explains: see is_beyond_chance`;

const raised = (least: number, total: number): string =>
  `basket rules: products that are together on fewer than ${least} of the ${total} orders are left out, there are too many`;

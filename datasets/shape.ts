/** The shape of a contract: which properties there are, and of which type. What they refer to is checked in checks.ts. */
import { z } from 'zod';
import { didYouMean } from './nearest.ts';
import { DIMENSION_NAMES, LOCATION_ATTRIBUTES } from './sales.ts';

export interface Problem {
  /** Where in the contract: `tables.sales.columns.Quantity.min`. */
  readonly path: string;
  /** What was expected there. */
  readonly message: string;
}

/** Every place at which the candidate has not the shape of a contract. */
export function shapeProblems(candidate: unknown): Problem[] {
  const result = contractShape.safeParse(candidate, { error: inWords });
  if (result.success) return [];
  return result.error.issues.map(({ path, message }) => ({ path: pathOf(path), message }));
}

/** `tables.sales.columns['Order Date'].formats[0]`: as one would write it in the contract. */
export function pathOf(parts: readonly PropertyKey[]): string {
  return parts
    .map(part =>
      typeof part === 'number' ? `[${part}]` : /^\w+$/.test(String(part)) ? `.${String(part)}` : `['${String(part)}']`,
    )
    .join('')
    .replace(/^\./, '');
}

/** zod's commonest messages in the words of the language. */
export function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    const wanted = `expected ${TYPES[issue.expected] ?? issue.expected}`;
    return issue.input === undefined ? `${wanted}, and there is none` : wanted;
  }
  if (issue.code === 'invalid_value') return `expected ${issue.values.map(String).join(' or ')}`;
  return undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** An object in which every other property is a mistake. */
function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape, properties = 'options') {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: issue => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      return issue.keys
        .map(
          key => `there is no '${key}' here${didYouMean(key, known) || `; the ${properties} are ${known.join(', ')}`}`,
        )
        .join('; ');
    },
  });
}

/** Chooses a schema by looking at the value, so that the message speaks of that one and not of all. */
function chosen(choose: (value: unknown) => z.ZodType | string) {
  return z.unknown().check(context => {
    const schema = choose(context.value);
    const issues =
      typeof schema === 'string'
        ? [{ path: [], message: schema }]
        : schema.safeParse(context.value, { error: inWords }).error?.issues;
    for (const { path, message } of issues ?? []) {
      context.issues.push({ code: 'custom', input: context.value, path: [...path], message });
    }
  });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const words = z.array(z.string());
const someWords = words.min(1, 'expected at least one');
const bound = z
  .union([z.string(), z.number()], { error: 'expected a number or a text' })
  .refine(
    value => typeof value === 'string' || String(value).replace(/\D/g, '').length <= 15,
    'a number of more than 15 digits is not exact: write it as a text',
  );

const options = {
  required: z.boolean().optional(),
  references: z.string().optional(),
  alias: words.optional(),
  nulls: words.optional(),
  default: z.string().optional(),
  min: bound.optional(),
  max: bound.optional(),
};

const PLACES = 'expected 0 to 6 decimal places';
const DIGITS = 'expected 1 to 18 digits';

const kinds: Record<string, z.ZodType> = {
  int: strict({ kind: z.string(), ...options }),
  decimal: strict({
    kind: z.string(),
    ...options,
    places: z.int(PLACES).min(0, PLACES).max(6, PLACES).optional(),
    round: z.boolean().optional(),
    decimalSign: z.enum(['.', ',']).optional(),
    thousands: z.enum([',', '.', ' ', "'"]).optional(),
    signs: someWords.optional(),
  }),
  text: strict({
    kind: z.string(),
    ...options,
    values: someWords.optional(),
    pattern: z.string().optional(),
    spaces: z.enum(['trim', 'tidy', 'keep']).optional(),
    invalidBytes: z.enum(['reject', 'replace']).optional(),
    digits: z.int(DIGITS).min(1, DIGITS).max(18, DIGITS).optional(),
  }),
  date: strict({ kind: z.string(), ...options, formats: someWords }),
  timestamp: strict({ kind: z.string(), ...options, formats: someWords }),
  boolean: strict({ kind: z.string(), ...options, words: z.tuple([someWords, someWords]) }),
  ignore: strict({ kind: z.string() }),
};

const column = chosen(value => {
  const kind = isObject(value) ? value.kind : undefined;
  if (typeof kind !== 'string') return 'expected a column, such as int() or text({ required: true })';
  return kinds[kind] ?? `there is no kind of column '${kind}'${didYouMean(kind, Object.keys(kinds))}`;
});

const VALUES: Readonly<Record<string, z.ZodType>> = {
  via: strict({ via: words.min(2, 'expected a reference and the column to fetch: at least two steps') }),
  join: strict({ join: someWords, with: z.string() }),
  fixed: strict({ fixed: z.string() }),
  cases: strict({ cases: z.string(), of: z.record(z.string(), z.string()), otherwise: z.string() }),
};

const value = chosen(candidate => {
  if (typeof candidate === 'string') return z.string();
  const form = isObject(candidate) ? Object.keys(VALUES).find(name => name in candidate) : undefined;
  return form === undefined ? 'expected the name of a column, or via(…), join(…), fixed(…) or cases(…)' : VALUES[form]!;
});

const NAME = z.string().regex(/^[a-z][a-z0-9_]*$/, 'expected small letters, digits and _, a letter first');

/** A record whose keys are names that become folders or columns. */
const named = <Item extends z.ZodType>(
  item: Item,
  first = /^[A-Za-z][A-Za-z0-9_]*$/,
  rule = 'letters, digits and _, a letter first',
) =>
  z.record(z.string(), item).check(context => {
    for (const key of Object.keys(context.value)) {
      if (!first.test(key))
        context.issues.push({ code: 'custom', input: key, path: [key], message: `expected a name of ${rule}` });
    }
  });

const PATTERN = "expected a file name pattern such as 'sales*.csv', or several";
const pattern = z.string().min(1, PATTERN);

const table = strict({
  files: z.union([pattern, z.array(pattern).min(1, PATTERN)], { error: PATTERN }),
  key: someWords,
  columns: z.record(z.string().min(1), column),
  encoding: z.enum(['utf-8', 'windows-1252', 'latin1']).optional(),
  delimiter: z
    .string()
    .refine(
      sign => sign.length === 1 && sign > '\0' && sign <= '\x7f',
      'expected one character of one byte, such as ; or a tab',
    )
    .refine(sign => !'"\r\n'.includes(sign), 'a quotation mark or line end cannot part fields')
    .optional(),
  maxRejectRate: z.number().min(0, 'expected a share from 0 to 1').max(1, 'expected a share from 0 to 1').optional(),
  optional: z.boolean().optional(),
});

const sale = strict({
  from: z.string(),
  sale_id: z.union([z.string(), someWords], { error: 'expected a column or several' }),
  order_id: z.string(),
  customer_id: z.string(),
  product_id: z.string(),
  store_id: z.string().optional(),
  employee_id: z.string().optional(),
  location: strict(
    Object.fromEntries(LOCATION_ATTRIBUTES.map(name => [name, z.string().optional()])),
    'attributes',
  ).optional(),
  channel: value.optional(),
  sold: z.string(),
  delivered_day: z.string().optional(),
  quantity: value.optional(),
  unit_price: value.optional(),
  unit_cost: value.optional(),
  discount_rate: value.optional(),
  net_amount: value.optional(),
  cost_amount: value.optional(),
  currency: value.optional(),
  pricesIn: z.enum(['line', 'base']).optional(),
  rates: strict({ table: z.string(), day: z.string(), currency: z.string(), rate: z.string() }).optional(),
});

const dimension = strict({
  from: z.string(),
  id: z.string(),
  attributes: named(value, /^[a-z][a-z0-9_]*$/, 'small letters, digits and _, a letter first'),
});

const contractShape = strict({
  name: NAME,
  version: z.int('expected a whole number').min(1, 'expected 1 or more'),
  title: z.string(),
  homepage: z.string().optional(),
  licence: z.string().optional(),
  currency: z.string().regex(/^[A-Z]{3}$/, 'expected an ISO code such as USD'),
  tables: named(table),
  sale,
  dimensions: strict(Object.fromEntries(DIMENSION_NAMES.map(name => [name, dimension.optional()])), 'dimensions'),
});

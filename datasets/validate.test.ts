import { describe, expect, it } from 'vitest';
import { UserError } from '../base/errors.ts';
import { cases, date, decimal, fixed, ignore, int, join, text, timestamp, via } from './contract.ts';
import { contractNames, openContract } from './open.ts';
import { validateContract } from './validate.ts';

/** A small right contract; each test spoils one thing. */
function shop() {
  return {
    name: 'shop',
    version: 1,
    title: 'A small shop',
    currency: 'EUR',
    tables: {
      goods: {
        files: 'goods.csv',
        key: ['id'],
        columns: { id: int({ required: true }), name: text(), price: decimal({ required: true }), old: ignore() },
      },
      rates: {
        files: 'rates.csv',
        key: ['day', 'currency'],
        columns: { day: date('YYYY-MM-DD', { required: true }), currency: text({ required: true }), rate: decimal() },
      },
      sales: {
        files: ['sales*.csv'],
        key: ['no'],
        columns: {
          no: int({ required: true }),
          buyer: text({ required: true }),
          good: int({ required: true, references: 'goods' }),
          day: date('DD.MM.YYYY', { required: true, min: '2020-01-01', max: '2020-12-31' }),
          pieces: int({ default: '1', min: -10, max: 10 }),
          money: text({ values: ['EUR', 'USD'], default: 'EUR' }),
        },
      },
    },
    sale: {
      from: 'sales',
      sale_id: 'no',
      order_id: 'no',
      customer_id: 'buyer',
      product_id: 'good',
      sold: 'day',
      quantity: 'pieces',
      unit_price: via('good', 'price'),
      currency: 'money',
      rates: { table: 'rates', day: 'day', currency: 'currency', rate: 'rate' },
    },
    dimensions: {
      product: { from: 'goods', id: 'id', attributes: { product_name: 'name', unit_price: 'price' } },
    },
  };
}

/** Sets what stands at a path of dots; undefined removes it. */
function spoil(path: string, value: unknown): unknown {
  const contract: Record<string, unknown> = shop();
  const steps = path.split('.');
  const last = steps.pop()!;
  let place = contract;
  for (const step of steps) place = place[step] as Record<string, unknown>;
  if (value === undefined) delete place[last];
  else place[last] = value;
  return contract;
}

function problemsOf(candidate: unknown): string {
  try {
    validateContract(candidate, 'shop.ts');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.details).toMatchObject({ code: 'E_CONTRACT', exitCode: 2, where: 'shop.ts' });
    return error.details.why!;
  }
  return 'none';
}

const columns = 'tables.sales.columns';

/** What is spoilt, by what, and the path and the words of the problem that must be listed. */
const SPOILT: readonly (readonly [path: string, value: unknown, at: string, message: string])[] = [
  ['name', 'My Shop', 'name', 'small letters'],
  ['version', 0, 'version', '1 or more'],
  ['title', undefined, 'title', 'expected a text, and there is none'],
  ['titel', 'x', '', "there is no 'titel' here; did you mean 'title'?"],
  ['currency', 'Euro', 'currency', 'ISO code'],
  ['sale.rate', 'x', 'sale', "did you mean 'rates'?"],
  ['dimensions.shop', {}, 'dimensions', 'the dimensions are customer, product, store, employee'],
  ['tables.sales.delimiter', '§', 'tables.sales.delimiter', 'one character of one byte'],
  ['tables.sales.delimiter', '\n', 'tables.sales.delimiter', 'line end'],
  ['tables.sales.delimiter', '"', 'tables.sales.delimiter', 'quotation mark'],
  ['tables.sales.encoding', 'cp1252', 'tables.sales.encoding', 'expected utf-8 or windows-1252 or latin1'],
  ['tables.sales.files', [], 'tables.sales.files', 'file name pattern'],
  ['tables.sales.maxRejectRate', 2, 'tables.sales.maxRejectRate', '0 to 1'],
  ['tables.sales.key', ['number'], 'tables.sales.key[0]', "there is no column 'number'"],
  ['tables.sales.key', ['no', 'no'], 'tables.sales.key[1]', 'twice'],
  ['tables.goods.columns.id', int(), 'tables.goods.key[0]', 'to be required'],
  [`${columns}.no`, { kind: 'integer' }, `${columns}.no`, "there is no kind of column 'integer'"],
  [`${columns}.no`, 'int', `${columns}.no`, 'expected a column, such as int()'],
  [`${columns}.no`, { kind: 'int', requird: true }, `${columns}.no`, "did you mean 'required'?"],
  [`${columns}.no`, { kind: 'int', required: 'yes' }, `${columns}.no.required`, 'true or false'],
  [`${columns}.pieces`, { kind: 'int', places: 2 }, `${columns}.pieces`, "there is no 'places' here"],
  [`${columns}.pieces`, decimal({ places: 7 }), `${columns}.pieces.places`, '0 to 6'],
  [`${columns}.pieces`, decimal({ thousands: '.' }), `${columns}.pieces.thousands`, 'decimal sign already'],
  [`${columns}.pieces`, int({ min: 'few' }), `${columns}.pieces.min`, 'whole number'],
  [`${columns}.pieces`, int({ min: 5, max: 1 }), `${columns}.pieces.max`, 'no less than min, which is 5'],
  [`${columns}.pieces`, int({ max: '9223372036854775808' }), `${columns}.pieces.max`, 'at most 64 bits'],
  [`${columns}.pieces`, int({ max: 2 ** 60 }), `${columns}.pieces.max`, 'write it as a text'],
  [
    `${columns}.pieces`,
    decimal({ min: '99999999999.999999', max: '99999999999.999998' }),
    `${columns}.pieces.max`,
    'no less than min',
  ],
  [`${columns}.pieces`, int({ default: 'one' }), `${columns}.pieces.default`, 'whole number'],
  [`${columns}.pieces`, decimal({ places: 1, min: '0.25' }), `${columns}.pieces.min`, 'at most 1 decimal places'],
  [`${columns}.pieces`, decimal({ decimalSign: ',', min: '0,5' }), `${columns}.pieces.min`, 'such as 12.5'],
  [`${columns}.pieces`, decimal({ decimalSign: ',', default: '0.5' }), `${columns}.pieces.default`, 'such as 12,5'],
  [`${columns}.no`, int({ required: true, default: '1' }), `${columns}.no.default`, 'takes no default'],
  [`${columns}.money`, text({ min: 'A' }), `${columns}.money.min`, 'only numbers and days'],
  [`${columns}.money`, text({ values: ['EUR'], default: 'USD' }), `${columns}.money.default`, 'one of its values'],
  [`${columns}.money`, text({ pattern: '[A-Z' }), `${columns}.money.pattern`, 'regular expression'],
  [`${columns}.money`, text({ pattern: '[A-Z]{3}', default: 'eur' }), `${columns}.money.default`, 'matches'],
  [`${columns}.day`, date('DD.MM.YY', { required: true }), `${columns}.day.formats[0]`, "'YY' is not known"],
  [`${columns}.day`, date('MM.YYYY', { required: true }), `${columns}.day.formats[0]`, "there is no 'D'"],
  [`${columns}.day`, date('D.DD.M.YYYY', { required: true }), `${columns}.day.formats[0]`, 'after another'],
  [`${columns}.day`, date([], { required: true }), `${columns}.day.formats`, 'at least one'],
  [`${columns}.day`, timestamp('YYYY-MM-DD'), `${columns}.day.formats[0]`, 'use date()'],
  [`${columns}.day`, date('M/D/YYYY', { min: '1/31/2020' }), `${columns}.day.min`, 'YYYY-MM-DD'],
  [`${columns}.day`, date('M/D/YYYY', { max: '2020-02-30' }), `${columns}.day.max`, 'a day as'],
  [`${columns}.day`, date('M/D/YYYY', { default: '2020-02-03' }), `${columns}.day.default`, 'a day as M/D/YYYY'],
  [
    `${columns}.good`,
    int({ required: true, references: 'good' }),
    `${columns}.good.references`,
    "did you mean 'goods'?",
  ],
  [
    `${columns}.good`,
    int({ required: true, references: 'sales' }),
    `${columns}.good.references`,
    'nothing refers to them',
  ],
  [`${columns}.good`, text({ required: true, references: 'goods' }), `${columns}.good.references`, 'is int(), so'],
  [`${columns}.money`, text({ references: 'rates', default: 'EUR' }), `${columns}.money.references`, 'one key column'],
  [
    'tables.goods.columns.id',
    int({ required: true, references: 'goods' }),
    'tables.goods.columns.id.references',
    'circle',
  ],
  [
    `${columns}.buyer`,
    text({ required: true, alias: ['money'] }),
    `${columns}.buyer.alias[0]`,
    "'money' already means money",
  ],
  ['sale.from', 'sale', 'sale.from', "did you mean 'sales'?"],
  ['sale.sale_id', 'buyer', 'sale.sale_id', 'the key of table sales, which is no'],
  ['sale.order_id', 'nr', 'sale.order_id', "no column 'nr'"],
  ['sale.customer_id', 'money', 'none', 'none'],
  [`${columns}.buyer`, text(), 'sale.customer_id', 'to be required, or to have a default'],
  ['sale.sold', 'pieces', 'sale.sold', "'pieces' is int()"],
  ['sale.unit_price', via('good', 'old'), 'sale.unit_price', "'old' of table goods is ignored"],
  ['sale.unit_price', via('pieces', 'price'), 'sale.unit_price', "'pieces' of table sales refers to no table"],
  ['sale.unit_price', via('good', 'name'), 'sale.unit_price', 'expected decimal(); this is text()'],
  ['sale.unit_price', { via: ['price'] }, 'sale.unit_price.via', 'at least two steps'],
  ['sale.unit_price', { from: 'x' }, 'sale.unit_price', 'expected the name of a column'],
  ['sale.unit_price', undefined, 'sale', 'expected net_amount, or quantity and unit_price'],
  ['sale.channel', cases('shop', {}, 'store'), 'sale.channel', "no column 'shop'"],
  ['sale.channel', join(['buyer', 'byer'], ' '), 'sale.channel', "did you mean 'buyer'?"],
  ['sale.rates', undefined, 'sale.rates', 'expected the table of rates to EUR'],
  ['sale.currency', fixed('EUR'), 'sale.rates', 'every line is in the base currency'],
  ['sale.rates', { table: 'rate', day: 'day', currency: 'currency', rate: 'rate' }, 'sale.rates.table', "'rates'?"],
  ['sale.rates', { table: 'rates', day: 'rate', currency: 'currency', rate: 'rate' }, 'sale.rates.day', 'date()'],
  [
    'sale.rates',
    { table: 'goods', day: 'id', currency: 'name', rate: 'price' },
    'sale.rates.table',
    'expected the key of goods',
  ],
  ['dimensions.product.from', 'good', 'dimensions.product.from', "did you mean 'goods'?"],
  ['dimensions.product.id', 'name', 'dimensions.product.id', 'the key of table goods, which is id'],
  ['dimensions.product.attributes.category', 'kind', 'dimensions.product.attributes.category', "no column 'kind'"],
  ['dimensions.product.attributes.unit_cost', 'name', 'dimensions.product.attributes.unit_cost', 'expected decimal()'],
  ['dimensions.product.attributes.Size', 'name', 'dimensions.product.attributes.Size', 'small letters'],
  ['dimensions.product.attributes.product_id', 'id', 'dimensions.product.attributes.product_id', 'mapped by `id`'],
  ['dimensions.store', { from: 'goods', id: 'id', attributes: {} }, 'sale.store_id', 'there is a store dimension'],
  ['dimensions.customer', { from: 'sales', id: 'no', attributes: {} }, 'dimensions.customer.id', "expected 'buyer'"],
  [`${columns}.good`, int({ required: true }), `${columns}.good.references`, "expected 'goods'"],
];

describe('a contract', () => {
  it('is returned when nothing is wrong', () => {
    const candidate = shop();
    expect(validateContract(candidate, 'shop.ts')).toBe(candidate);
  });

  it.each(SPOILT)('%s = %j is a problem at %s', (path, value, at, message) => {
    const problems = problemsOf(spoil(path, value));
    expect(problems).toContain(message);
    expect(problems.split('\n').some(line => line.trimStart().startsWith(`${at} `) || at === '' || at === 'none')).toBe(
      true,
    );
  });

  it('lists all its problems at once', () => {
    const contract = shop();
    contract.currency = 'euro';
    contract.name = '1';
    expect(problemsOf(contract).split('\n')).toHaveLength(2);
  });

  it.each([null, 7, 'contract', []])('is not %j', candidate => {
    expect(problemsOf(candidate)).toContain('expected an object');
  });

  it.each(contractNames())('%s is right as it is built in', async name => {
    expect((await openContract(name)).name).toBe(name);
  });
});

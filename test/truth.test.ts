/** Data sets whose every defect was planted: each is found by its code, and not a cent is lost or made up. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GroceryTruth } from '../datasets/grocery/generate.ts';
import { amountOf, type BenchTotal, type BenchTruth, makeBenchGrocery, makeOwnGrocery } from './grocery.ts';
import { type Published, publishFrom, RUN_MS, sharedFolder, useFolders } from './support.ts';

const folder = useFolders();

/** How each planted defect must be found: its code, its column, and what else tells it from others of that code. */
const DEFECTS: Readonly<Record<string, string>> = {
  negative_quantity: `code = 'E_RANGE' and column_name = 'Quantity' and value like '-%'`,
  zero_quantity: `code = 'E_RANGE' and column_name = 'Quantity' and value = '0'`,
  non_numeric_quantity: `code = 'E_TYPE' and column_name = 'Quantity'`,
  unknown_product: `code = 'E_FK' and column_name = 'ProductID'`,
  unknown_customer: `code = 'E_FK' and column_name = 'CustomerID'`,
  future_date: `code = 'E_RANGE' and column_name = 'SalesDate' and value > '2018-05-09'`,
  impossible_date: `code = 'E_TYPE' and column_name = 'SalesDate'`,
  empty_date: `code = 'E_REQUIRED' and column_name = 'SalesDate'`,
  too_few_fields: `code = 'E_COLS_FEW'`,
  too_many_fields: `code = 'E_COLS_MANY' and original like '%,EXTRA'`,
  nul_byte: `code = 'E_NUL' and contains(original, chr(0))`,
  invalid_utf8: `code = 'E_ENCODING' and column_name = 'TransactionNumber'`,
  long_line: `code = 'E_LONG' and byte_length = 1048577`,
  exact_duplicate: `code = 'E_DUP_ROW' and outcome = 'duplicate'`,
  same_id_other_content: `code = 'E_DUP_KEY' and column_name = 'SalesID'`,
};

/** What each record in quarantine shows as its original, held against the bytes of the file at its place. */
async function expectOriginals(published: Published, input: string): Promise<number> {
  const records = await published.query('select file, byte_offset, byte_length, original from quarantine');
  for (const { file, byte_offset, byte_length, original } of records) {
    const handle = await open(join(input, String(file)));
    const length = Number(byte_length);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, Number(byte_offset));
    await handle.close();
    expect(buffer.at(-1)).toBe(0x0a);
    const text = buffer.subarray(0, 8 * 1024).toString('utf8');
    expect(original).toBe(text.replace(/\r?\n$/, ''));
  }
  return records.length;
}

const script = sharedFolder('bench/make-grocery.mjs');

describe.skipIf(script === null)('a grocery of 20,000 sales with planted defects', () => {
  let input: string;
  let truth: BenchTruth;
  let published: Published;
  beforeAll(async () => {
    input = await folder();
    truth = await makeBenchGrocery(script!, input, 20_000);
    published = await publishFrom({ input, project: await folder(), chunkBytes: 100_000 });
  }, RUN_MS);
  afterAll(() => published?.close());

  it('every planted defect is one this test knows', () => {
    expect(Object.keys(truth.sales.rejected).sort()).toEqual(Object.keys(DEFECTS).sort());
  });

  it.each(Object.entries(DEFECTS))(
    'every %s is found, and nothing else is taken for one',
    async (defect, condition) => {
      const planted = truth.sales.rejected[defect]!;
      expect(planted).toBeGreaterThan(0);
      expect(await published.value(`select count(*) from quarantine where ${condition}`)).toBe(planted);
    },
  );

  it('nothing else is in quarantine', async () => {
    const planted = Object.values(truth.sales.rejected).reduce((sum, count) => sum + count);
    expect(await published.value('select count(*) from quarantine')).toBe(planted);
    const files = await published.rows('select distinct file from quarantine');
    expect(files).toEqual([['sales.csv']]);
  });

  it('read = kept + duplicate + quarantined, in records and in money', () => {
    const { sales, money } = published.summary;
    const { exact_duplicate, ...refused } = truth.sales.rejected;
    const quarantined = Object.values(refused).reduce((sum, count) => sum + count);
    const counts = { read: truth.sales.records, kept: truth.clean.rows, duplicate: exact_duplicate, quarantined };
    expect(sales).toEqual([{ table: 'sales', file: 'sales.csv', delimiter: ',', ...counts }]);
    expect(counts.read).toBe(counts.kept + exact_duplicate! + quarantined);
    const millionths = (text: string) => BigInt(text.replace('.', ''));
    const { read, kept, duplicate, quarantined: held } = money;
    expect(millionths(read)).toBe(millionths(kept) + millionths(duplicate) + millionths(held));
  });

  it('rows, units and revenue are true to the last digit', async () => {
    const totals = await published.rows('select count(*), sum(quantity), sum(net_amount_base) from fct_sales');
    expect(totals).toEqual([[truth.clean.rows, truth.clean.units, amountOf(truth.clean)]]);
    expect(published.summary.money.kept).toBe(amountOf(truth.clean));
  });

  /** Rows of `name, lines, units, revenue`, held against the truth; what sold nothing has no row. */
  const expectTotals = async (sql: string, expected: readonly (readonly [string, BenchTotal])[]) => {
    const sold = expected.filter(([, { rows }]) => rows > 0);
    const rows = sold.map(([name, total]) => [name, total.rows, total.units, amountOf(total)] as const);
    expect(await published.rows(sql)).toEqual(rows.sort(([a], [b]) => (a < b ? -1 : 1)));
  };

  it.each([
    ['day', 'cast(sales_day as text)', 'daily_sales'],
    ['category', 'category', 'category_sales'],
    ['employee', 'cast(employee_id as text)', 'employee_performance'],
  ] as const)('rows, units and revenue of each %s are true', async (name, column, mart) => {
    const expected = Object.entries(truth[`by_${name}`]);
    await expectTotals(`select ${column}, lines, units, revenue from mart_${mart} order by 1`, expected);
  });

  it('rows, units and revenue of each city are true', async () => {
    const cities = Object.values(truth.by_city).map(city => [city.name, city] as const);
    expect(new Set(cities.map(([name]) => name)).size).toBe(cities.length);
    await expectTotals('select city, lines, units, revenue from mart_city_sales order by 1', cities);
  });

  it('every field of every kept line is true: the checksum over all of them', async () => {
    const checksum = await published.value(`
      select cast(sum((sale_id * 7919 + customer_id * 104729 + product_id * 1299709 + quantity * 15485863
        + cast(discount_rate * 10 as bigint) * 32452843 + (sales_day - date '2018-01-01') * 49979687
        + extract(hour from sold_at) * 3600 + extract(minute from sold_at) * 60 + extract(second from sold_at)
        ) % 1000000007) as text) from fct_sales`);
    expect(checksum).toBe(truth.clean.checksum);
  });

  it('what the lines without a date would have brought is known to the last digit', async () => {
    const undated = `select count(*), sum(net_amount_base) from quarantine where ${DEFECTS.empty_date}`;
    expect(await published.rows(undated)).toEqual([[truth.undated.rows, amountOf(truth.undated)]]);
  });

  it('the original text of every quarantined record is what stands in the file at its place', async () => {
    expect(await expectOriginals(published, input)).toBeGreaterThan(500);
  });

  it('customers with quoted commas, line breaks and quotes, CRLF and invalid bytes are all kept', async () => {
    const { records, tolerated } = truth.customers;
    const [balance] = published.summary.tables.filter(({ table }) => table === 'customers');
    expect(balance).toMatchObject({ read: records, kept: records });
    const found = await published.rows(`
      select count(*) filter (where address like '%, Apt %'), count(*) filter (where contains(address, chr(10))),
             count(*) filter (where address like '%"Rear"'), count(*) filter (where contains(customer_name, '\ufffd')),
             count(*) filter (where contains(address, chr(13))) from dim_customer`);
    const { quoted_comma, quoted_newline, escaped_quote, invalid_utf8_name } = tolerated;
    expect(found).toEqual([[quoted_comma, quoted_newline, escaped_quote, invalid_utf8_name, 0]]);
  });
});

describe('a grocery of our own generator', () => {
  let input: string;
  let truth: GroceryTruth;
  let published: Published;
  beforeAll(async () => {
    input = await folder();
    truth = await makeOwnGrocery(input, { rows: 20_000, customers: 900, seed: 11, dirt: 0.02 });
    published = await publishFrom({ input, project: await folder(), chunkBytes: 100_000 });
  }, RUN_MS);
  afterAll(() => published?.close());

  it('read, kept, duplicate and quarantined are as planted, in every file', () => {
    const { read, kept, duplicate, quarantined } = truth.sales;
    const [sales] = published.summary.sales;
    expect(sales).toMatchObject({ read, kept, duplicate, quarantined });
    const tables = published.summary.tables.map(table => [table.file, table.kept] as const);
    expect(Object.fromEntries(tables)).toEqual(truth.files);
    expect(published.summary.tables.every(table => table.read === table.kept)).toBe(true);
  });

  it('every code has as many records as were planted', async () => {
    const found = await published.rows(
      `select code, count(*) from quarantine where outcome = 'quarantined' group by code order by code`,
    );
    expect(Object.fromEntries(found)).toEqual(truth.sales.codes);
  });

  it('revenue is true to the last digit, in total and on each day', async () => {
    expect(await published.value('select sum(net_amount_base) from fct_sales')).toBe(truth.sales.revenue);
    const days = await published.rows(
      'select cast(sales_day as text), lines, revenue from mart_daily_sales order by 1',
    );
    const expected = Object.entries(truth.sales.days).map(([day, { lines, revenue }]) => [day, lines, revenue]);
    expect(days).toEqual(expected);
  });

  it('the original text of every quarantined record is what stands in the file at its place', async () => {
    expect(await expectOriginals(published, input)).toBe(truth.sales.duplicate + truth.sales.quarantined);
  });
});

/** Records that cannot be right: each costs itself and nothing else, and says why, in the file's own words. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openContract } from '../datasets/open.ts';
import { SALES, saleLine, shopFiles, smallShop } from './shop.ts';
import { type Published, publicationsOf, publishFrom, RUN_MS, runHere, useFolders, writeFiles } from './support.ts';

const folder = useFolders();

/** Product 61 costs so much that 10,000 of it are more than an amount can be. */
const DEAR = '61,Palace,999999999999.99,1,High,2018-01-01,Weak,FALSE,3';
const LONG = 'x'.repeat(1 << 20);

/** How a line is spoilt → the line, and the code and column that it must be found by. */
const FAULTS: readonly (readonly [name: string, line: string, code: string, column: string | null])[] = [
  ['too few fields', '901,1,1,1,1,0,0,2018-01-02 10:00:00.000', 'E_COLS_FEW', null],
  ['too many fields', `${saleLine(902)},more`, 'E_COLS_MANY', null],
  ['a quote that nobody closes', saleLine(903, { receipt: '"T903' }), 'E_QUOTE', null],
  ['text behind a closing quote', saleLine(904, { receipt: '"T"904' }), 'E_QUOTE', null],
  ['NUL bytes', saleLine(905, { quantity: '\x001\0' }), 'E_NUL', null],
  ['a megabyte without an end', LONG, 'E_LONG', null],
  ['Latin-1 in a file of UTF-8', saleLine(907, { receipt: 'caf\xe9' }), 'E_ENCODING', 'TransactionNumber'],
  ['the 30th of February', saleLine(908, { sold: '2018-02-30 10:00:00.000' }), 'E_TYPE', 'SalesDate'],
  ['an hour that no clock shows', saleLine(909, { sold: '2018-01-02 24:00:00.000' }), 'E_TYPE', 'SalesDate'],
  ['a day in the future', saleLine(910, { sold: '2081-01-02 10:00:00.000' }), 'E_RANGE', 'SalesDate'],
  ['no date', saleLine(911, { sold: '' }), 'E_REQUIRED', 'SalesDate'],
  ['a quantity in words', saleLine(912, { quantity: 'two' }), 'E_TYPE', 'Quantity'],
  ['an unknown customer', saleLine(913, { customer: '4711' }), 'E_FK', 'CustomerID'],
  ['an unknown product', saleLine(914, { product: '4711' }), 'E_FK', 'ProductID'],
  ['an amount that is too large', saleLine(915, { product: '61', quantity: '10000' }), 'E_RANGE', 'ProductID'],
  ['the key of another record', saleLine(7, { quantity: '3' }), 'E_DUP_KEY', 'SalesID'],
];

describe('a sale with', () => {
  /** Line of the fault at this index: each has good lines around it. */
  const lineOf = (index: number) => 12 + index * 11;
  let published: Published;
  beforeAll(async () => {
    const shop = smallShop();
    shop.products.push(DEAR);
    FAULTS.forEach(([, line], index) => void shop.sales.splice(lineOf(index) - 1, 0, line));
    const input = await writeFiles(await folder(), shopFiles(shop));
    published = await publishFrom({ input, project: await folder(), chunkBytes: 4096 });
  }, RUN_MS);
  afterAll(() => published?.close());

  it.each(FAULTS.map((fault, index) => [fault[0], index] as const))('%s is lost alone', async (_name, index) => {
    const [, line, code, column] = FAULTS[index]!;
    const found = await published.query(
      `select file, code, column_name, original from quarantine where line = ${lineOf(index)}`,
    );
    const original = Buffer.from(line, 'latin1').subarray(0, 8192).toString('utf8');
    expect(found).toEqual([{ file: 'sales.csv', code, column_name: column, original }]);
    const neighbours = `select count(*) from fct_sales where abs(source_line - ${lineOf(index)}) = 1`;
    expect(await published.value(neighbours)).toBe(2);
  });

  it('any of these leaves every good sale and its money', async () => {
    const quarantined = FAULTS.length;
    expect(published.summary.sales).toEqual([
      {
        table: 'sales',
        file: 'sales.csv',
        delimiter: ',',
        read: SALES + quarantined,
        kept: SALES,
        duplicate: 0,
        quarantined,
      },
    ]);
    expect(await published.value('select count(*) from quarantine')).toBe(quarantined);
    expect(await published.value('select sum(net_amount_base) from fct_sales')).toBe('1000.000000');
  });

  it('an amount that cannot be told is counted as such, and one that can is told', async () => {
    const { quarantined, unknownRows } = published.summary.money;
    const sums = 'sum(net_amount_base), count(*) filter (where net_amount_base is null)';
    expect(await published.rows(`select ${sums} from quarantine`)).toEqual([[quarantined, unknownRows]]);
    const dated = `select net_amount_base from quarantine where code = 'E_REQUIRED'`;
    expect(await published.value(dated)).toBe('2.500000');
  });
});

describe('other tables', () => {
  it(
    'names with bytes of another encoding are kept, with a sign in their place',
    async () => {
      const shop = smallShop();
      shop.customers[5] = '5,Ren\xe9,NULL,Number5,1,5 Mill Lane';
      const input = await writeFiles(await folder(), shopFiles(shop));
      const published = await publishFrom({ input, project: await folder() });
      const name = 'select customer_name from dim_customer where customer_id = 5';
      expect(await published.value(name)).toBe('Ren\ufffd Number5');
      expect(published.summary.money.kept).toBe('1000.000000');
      await published.close();
    },
    RUN_MS,
  );

  it(
    'a customer lost to a megabyte of text takes his sales with him, and each says so',
    async () => {
      const shop = smallShop();
      shop.customers[5] = LONG;
      const input = await writeFiles(await folder(), shopFiles(shop));
      const { outcome, reasons, sales } = await runHere({ input, project: await folder() });
      expect(outcome).toBe('published');
      expect(reasons).toMatchObject([
        { table: 'sales', code: 'E_FK', column: 'CustomerID', rows: 2, firstFile: 'sales.csv', firstLine: 5 },
        { table: 'customers', code: 'E_LONG', rows: 1, firstFile: 'customers.csv', firstLine: 6 },
      ]);
      expect(sales[0]).toMatchObject({ kept: SALES - 2, quarantined: 2 });
    },
    RUN_MS,
  );

  it(
    'a sale on a day without an exchange rate is refused, and sales on other days are not',
    async () => {
      const sales = ['1,1,1/1/2016', '2,1,1/2/2016', '3,1,1/3/2016'].map(start => `${start},,1,1,1,2,EUR`);
      const input = await writeFiles(await folder(), {
        'Customers.csv':
          'CustomerKey,Gender,Name,City,State Code,State,Zip Code,Country,Continent,Birthday\n1,F,A,B,C,D,E,F,G,\n',
        'Products.csv':
          'ProductKey,Product Name,Brand,Color,Unit Cost USD,Unit Price USD,SubcategoryKey,Subcategory,CategoryKey,Category\n1,TV,A,B,$1,$2,01,S,01,C\n',
        'Stores.csv': 'StoreKey,Country,State,Square Meters,Open Date\n1,France,Corse,100,1/1/2010\n',
        'Exchange_Rates.csv': 'Date,Currency,Exchange\n1/1/2016,EUR,0.9\n1/2/2016,USD,1\n1/3/2016,EUR,0.8\n',
        'Sales.csv': `Order Number,Line Item,Order Date,Delivery Date,CustomerKey,StoreKey,ProductKey,Quantity,Currency Code\n${sales.join('\n')}\n`,
      });
      const project = await folder();
      const summary = await runHere({ input, project });
      const [file] = summary.sales;
      expect(file).toMatchObject({ file: 'Sales.csv', read: 3, kept: 2, quarantined: 1 });
      expect(summary.reasons).toMatchObject([
        { code: 'E_RATE', column: 'Currency Code', rows: 1, firstFile: 'Sales.csv', firstLine: 3 },
      ]);
      // One of three is more than the contract allows.
      expect(summary.outcome).toBe('refused');
      expect(summary.money).toMatchObject({ kept: '8.000000', quarantined: '4.000000' });
    },
    RUN_MS,
  );
});

describe('too many bad records', () => {
  it(
    'refuse the run: readers keep what was published before, and the summary says why',
    async () => {
      const shop = smallShop();
      const input = await writeFiles(await folder(), shopFiles(shop));
      const project = await folder();
      await runHere({ input, project });
      const before = await publicationsOf(project);
      for (let line = 1; line <= 21; line++) shop.sales[line] = saleLine(line, { quantity: 'some' });
      await writeFiles(input, shopFiles(shop));
      const summary = await runHere({ input, project });
      expect(summary).toMatchObject({
        outcome: 'refused',
        publication: 1,
        rejectRate: 21 / SALES,
        maxRejectRate: 0.05,
      });
      expect(summary.refusals).toEqual(['5.25 % of sales were rejected; the contract allows 5.00 %']);
      expect(summary.reasons).toMatchObject([{ code: 'E_TYPE', column: 'Quantity', rows: 21, firstLine: 2 }]);
      expect(await publicationsOf(project)).toEqual(before);
      const after = await publishFrom({ input: await writeFiles(await folder(), shopFiles(smallShop())), project });
      expect(after.summary).toMatchObject({ outcome: 'unchanged', publication: 1 });
      expect(await after.value('select count(*) from fct_sales')).toBe(SALES);
      await after.close();
    },
    RUN_MS,
  );

  it(
    'at the limit are let through',
    async () => {
      const shop = smallShop();
      for (let line = 1; line <= 20; line++) shop.sales[line] = saleLine(line, { quantity: 'some' });
      const input = await writeFiles(await folder(), shopFiles(shop));
      expect(await runHere({ input, project: await folder() })).toMatchObject({
        outcome: 'published',
        rejectRate: 0.05,
      });
    },
    RUN_MS,
  );
});

describe('a surcharge, where the contract lets a discount be negative', () => {
  it(
    'that makes an amount too large is refused, and one that does not is added',
    async () => {
      const { sales, ...tables } = (await openContract('grocery')).tables;
      const columns = { ...sales!.columns, Discount: { kind: 'decimal' } };
      const contract = { ...(await openContract('grocery')), tables: { ...tables, sales: { ...sales, columns } } };
      const shop = smallShop();
      shop.products.push(DEAR);
      shop.sales[5] = saleLine(5).replace(',0,0,', ',-0.1,0,');
      shop.sales[6] = saleLine(6, { product: '61' }).replace(',0,0,', ',-0.5,0,');
      const input = await writeFiles(await folder(), shopFiles(shop));
      const path = await writeFiles(await folder(), { 'contract.json': JSON.stringify(contract) });
      const summary = await runHere({ input, project: await folder(), contract: join(path, 'contract.json') });
      expect(summary).toMatchObject({ outcome: 'published', money: { kept: '997.750000', unknownRows: 1 } });
      expect(summary.reasons).toMatchObject([{ code: 'E_RANGE', column: 'ProductID', rows: 1, firstLine: 7 }]);
    },
    RUN_MS,
  );
});

/** Folders, files and headers that cannot be right: a clear error says so before anything is published. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, SALES, type Shop, shopFiles, smallShop, textOf } from './shop.ts';
import {
  type Files,
  type Published,
  publicationsOf,
  publishFrom,
  RUN_MS,
  runHere,
  useFolders,
  writeFiles,
} from './support.ts';

const folder = useFolders();

/** The shop's files with some replaced, added, or taken out when undefined; and a project for it. */
async function prepare(changes: Readonly<Record<string, string | Uint8Array | undefined>> = {}, shop = smallShop()) {
  const files = Object.entries({ ...shopFiles(shop), ...changes }).filter(([, content]) => content !== undefined);
  const input = await writeFiles(await folder(), Object.fromEntries(files) as Files);
  return { input, project: await folder() };
}

/** The shop with the header of one file changed. */
function withHeader(table: keyof Shop, change: (header: string) => string): Shop {
  const shop = smallShop();
  shop[table][0] = change(shop[table][0]!);
  return shop;
}

describe('a folder', () => {
  it('that does not exist is named', async () => {
    const input = `${await folder()}/nowhere`;
    const error = await failureOf({ input, project: await folder() });
    expect(error).toMatchObject({ code: 'E_NO_FILE', exitCode: 2 });
    expect(error.what).toContain(`there is no folder ${input}`);
  });

  it('without CSV files is named', async () => {
    const input = await writeFiles(await folder(), { 'report.xlsx': 'x', '.hidden.csv': 'a,b\n1,2\n' });
    const error = await failureOf({ input, project: await folder() });
    expect(error).toMatchObject({ code: 'E_NO_FILE', exitCode: 2 });
    expect(error.what).toContain(input);
  });

  it('without one of the tables says which, and what its file would look like', async () => {
    const error = await failureOf(await prepare({ 'products.csv': undefined }));
    expect(error).toMatchObject({ code: 'E_NO_FILE', exitCode: 2 });
    expect(error.what).toContain('products');
    expect(error.why).toContain('products*.csv with ProductID, ProductName, Price');
  });

  it('that fits no contract says which came closest', async () => {
    const input = await writeFiles(await folder(), { 'weather.csv': 'day,rain\n2018-01-01,3\n' });
    const error = await failureOf({ input, project: await folder() });
    expect(error).toMatchObject({ code: 'E_NO_CONTRACT', exitCode: 2 });
    expect(textOf(error)).toContain('weather.csv');
  });
});

describe('a file', () => {
  it('that is empty is named', async () => {
    const error = await failureOf(await prepare({ 'sales.csv': '' }));
    expect(error).toMatchObject({ code: 'E_EMPTY', exitCode: 2 });
    expect(error.what).toContain('sales.csv');
  });

  it('of UTF-16 is named, with the command that converts it', async () => {
    const utf16 = Buffer.from(`\ufeff${smallShop().sales.join('\n')}\n`, 'utf16le');
    const error = await failureOf(await prepare({ 'sales.csv': utf16 }));
    expect(error).toMatchObject({ code: 'E_ENCODING', exitCode: 2 });
    expect(error.what).toContain('sales.csv is UTF-16');
    expect(error.next).toContain('iconv');
  });

  it(
    'that no table claims is named in the summary, and the rest is published',
    async () => {
      const summary = await runHere(await prepare({ 'notes.csv': 'who,what\nAnn,hello\n' }));
      expect(summary).toMatchObject({ outcome: 'published', unclaimed: ['notes.csv'] });
      expect(summary.sales[0]).toMatchObject({ read: SALES, kept: SALES });
    },
    RUN_MS,
  );

  it(
    'with nothing but a header has no records, and what refers to it is refused',
    async () => {
      const options = await prepare({ 'employees.csv': `${smallShop().employees[0]}\n` });
      const summary = await runHere(options);
      expect(summary).toMatchObject({ outcome: 'refused', publication: null });
      expect(summary.tables.find(({ file }) => file === 'employees.csv')).toMatchObject({ read: 0, kept: 0 });
      expect(summary.reasons).toMatchObject([{ code: 'E_FK', column: 'SalesPersonID', rows: SALES }]);
      expect(summary.refusals.join()).toContain('100.00 % of sales were rejected');
    },
    RUN_MS,
  );

  it(
    'of sales with nothing but a header is reported, and does not replace what was published before',
    async () => {
      const { input, project } = await prepare();
      await runHere({ input, project });
      await writeFiles(input, { 'sales.csv': `${smallShop().sales[0]}\n` });
      const summary = await runHere({ input, project });
      expect(summary).toMatchObject({ outcome: 'refused', publication: 1, refusals: ['not one sale line was kept'] });
      expect(summary.warnings).toEqual(['E_EMPTY sales.csv has a header and no records']);
      expect(await publicationsOf(project)).toHaveLength(1);
    },
    RUN_MS,
  );

  it(
    'that stands there twice, by two names, is counted once and reported',
    async () => {
      const { 'sales.csv': sales } = shopFiles(smallShop());
      const summary = await runHere(await prepare({ 'sales copy.csv': sales! }));
      expect(summary).toMatchObject({ outcome: 'published', money: { kept: '1000.000000', duplicate: '1000.000000' } });
      expect(summary.sales).toEqual([
        {
          table: 'sales',
          file: 'sales copy.csv',
          delimiter: ',',
          read: SALES,
          kept: SALES,
          duplicate: 0,
          quarantined: 0,
        },
        { table: 'sales', file: 'sales.csv', delimiter: ',', read: SALES, kept: 0, duplicate: SALES, quarantined: 0 },
      ]);
      expect(summary.warnings).toEqual(['E_SAME_FILE sales.csv has the same content as sales copy.csv']);
    },
    RUN_MS,
  );
});

describe('a header', () => {
  it.each([undefined, 'grocery'])(
    'with a renamed column is refused with a suggestion (contract: %s)',
    async contract => {
      const shop = withHeader('sales', header => header.replace('CustomerID', 'Customer_Id'));
      const error = await failureOf({ ...(await prepare({}, shop)), contract });
      expect(error).toMatchObject({ code: 'E_HEADER', exitCode: 2, unchanged: 'nothing was read or published' });
      expect(error.what).toContain('sales.csv (table sales)');
      expect(error.why).toMatch(/− CustomerID +missing\n +\+ Customer_Id +new, looks like CustomerID/);
      expect(error.next).toContain(`alias: ['Customer_Id']`);
    },
  );

  it('without a column that is needed is refused', async () => {
    const shop = withHeader('products', header => header.replace('Price', 'Weight'));
    const error = await failureOf(await prepare({}, shop));
    expect(error).toMatchObject({ code: 'E_HEADER', exitCode: 2 });
    expect(textOf(error)).toMatch(/products\.csv[\s\S]*− Price +missing/);
  });

  it('that names a column twice is refused', async () => {
    const shop = withHeader('sales', header => header.replace('TotalPrice', 'Quantity'));
    const error = await failureOf(await prepare({}, shop));
    expect(error).toMatchObject({ code: 'E_HEADER', exitCode: 2 });
    expect(error.what).toContain('sales.csv');
    expect(error.why).toContain('Quantity');
  });

  it(
    'with columns that nobody knows, in another order, is read all the same, and they are named',
    async () => {
      const shop = smallShop();
      shop.countries = ['Remark,CountryCode,CountryID,CountryName', 'old,AT,1,Atlantis'];
      const summary = await runHere(await prepare({}, shop));
      expect(summary).toMatchObject({ outcome: 'published', money: { kept: '1000.000000' } });
      expect(summary.warnings).toEqual(["countries.csv: column 'Remark' is not in the contract and is not read"]);
    },
    RUN_MS,
  );
});

describe('ways of writing a file', () => {
  let published: Published;
  beforeAll(async () => {
    const shop = smallShop();
    const { 'products.csv': products } = shopFiles(shop);
    const options = await prepare({
      'products.csv': Buffer.concat([Buffer.from('\ufeff'), products as Uint8Array]),
      'customers.csv': shop.customers.map((line, n) => `${line}${n % 3 === 0 ? '\r\n' : '\n'}`).join(''),
      'sales.csv': `\n${shop.sales.join('\r\n\r\n')}`,
    });
    published = await publishFrom({ ...options, chunkBytes: 4096 });
  }, RUN_MS);
  afterAll(() => published?.close());

  const balanceOf = (name: string) =>
    [...published.summary.sales, ...published.summary.tables].find(({ file }) => file === name);

  it('a byte order mark is no part of the first column', () => {
    expect(balanceOf('products.csv')).toMatchObject({ read: 60, kept: 60 });
  });

  it('CRLF and LF may be mixed, and no carriage return gets into a value', async () => {
    expect(balanceOf('customers.csv')).toMatchObject({ read: 200, kept: 200 });
    const ends = `count(*) filter (where address like '%Lane')`;
    expect(await published.value(`select ${ends} from dim_customer`)).toBe(200);
  });

  it('a last line without an end is a record, and blank lines are none', async () => {
    expect(balanceOf('sales.csv')).toMatchObject({ read: SALES, kept: SALES });
    expect(await published.rows(`select order_id, source_line from fct_sales order by sale_id desc limit 1`)).toEqual([
      [`T${SALES}`, 2 + 2 * SALES],
    ]);
  });
});

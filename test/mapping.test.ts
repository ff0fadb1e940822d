/** What a contract may map, and what becomes of it: ids of several parts, amounts that are given, currencies, stores. */
import { describe, expect, it } from 'vitest';
import { type Contract, date, decimal, int, text, timestamp } from '../datasets/contract.ts';
import { failureOf, textOf } from './shop.ts';
import { csv, FILES, openStall, SOLD_HEADER, STALL, withSale, withTable } from './stall.ts';
import { type Files, type Published, publishFrom, RUN_MS, useFolders } from './support.ts';

const folder = useFolders();
const required = text({ required: true });

/** A run of a stall whose sale lines have more columns, all of whose checks pass. */
async function publishStall(contract: Contract, files: Files): Promise<Published> {
  const published = await publishFrom(await openStall(folder, { ...FILES, ...files }, contract));
  expect(published.summary).toMatchObject({ outcome: 'published', checks: { failed: [] } });
  expect(published.summary.checks.passed).toBeGreaterThan(0);
  return published;
}

const soldWith = (header: string, ...lines: readonly string[]): Files => ({
  'sold.csv': csv(`${SOLD_HEADER},${header}`, ...lines.map((line, n) => `${n + 1},2024-05-01,Ann,apple,1,${line}`)),
});

describe('parts that hold the sign which joins them', () => {
  /** Each list of parts is another one, and some would be the same text if they were only put together. */
  const PAIRS = ['1-2,3', '1,2-3', '1-2-3,x', '1,2-3-x', 'a\\,b', 'a,\\b', 'a\\-b,c', 'a\\,b-c', '-,-', '--,\\'];

  it(
    'give each sale line an id of its own',
    async () => {
      const columns = { A: required, B: required };
      const keyed = withTable(STALL, 'sold', { key: ['A', 'B'], columns });
      const contract = withSale(keyed, { sale_id: ['A', 'B'] });
      const published = await publishStall(contract, soldWith('A,B', ...PAIRS));
      expect(await published.value('select count(distinct sale_id) from fct_sales')).toBe(PAIRS.length);
      await published.close();
    },
    RUN_MS,
  );

  it(
    'give each address an id of its own',
    async () => {
      const places = [...PAIRS, 'a|b,c', 'a,b|c', 'a\\|b,c', 'a\\,b|c', '|,|', '||,', ',||', 'x,', ',x'];
      const contract = withSale(withTable(STALL, 'sold', { columns: { State: text(), City: text() } }), {
        location: { state: 'State', city: 'City' },
      });
      const published = await publishStall(contract, soldWith('State,City', ...places));
      expect(await published.value('select count(distinct location_id) from fct_sales')).toBe(places.length);
      const met = 'select count(*) from fct_sales join dim_location using (location_id)';
      expect(await published.value(met)).toBe(places.length);
      await published.close();
    },
    RUN_MS,
  );
});

it(
  'two tables of the same rows are looked up by the key of each',
  async () => {
    const columns = { Id: required, Alias: required };
    const ids = withTable(STALL, 'ids', { key: ['Id'], columns });
    const aliases = withTable(ids, 'aliases', { key: ['Alias'], columns });
    const references = { A: text({ references: 'ids' }), B: text({ references: 'aliases' }) };
    const names = csv('Id,Alias', 'x1,y1', 'x2,y2');
    const files = { 'ids.csv': names, 'aliases.csv': names, ...soldWith('A,B', 'x1,y1', 'x2,y2') };
    const published = await publishStall(withTable(aliases, 'sold', { columns: references }), files);
    expect(await published.value('select count(*) from fct_sales')).toBe(2);
    expect(await published.value('select count(*) from quarantine')).toBe(0);
    await published.close();
  },
  RUN_MS,
);

it(
  'a net amount that is given beside quantity and price is kept, and the discount is what lies between',
  async () => {
    const columns = { Paid: decimal(), Rate: decimal() };
    const contract = withSale(withTable(STALL, 'sold', { columns }), { net_amount: 'Paid', discount_rate: 'Rate' });
    const published = await publishStall(contract, soldWith('Paid,Rate', '2,0', '2.5,', '3,0.5', ',0'));
    const amounts = 'gross_amount, discount_amount, net_amount, net_amount_base';
    expect(await published.rows(`select ${amounts} from fct_sales order by sale_id`)).toEqual([
      ['2.500000', '0.500000', '2.000000', '2.000000'],
      ['2.500000', '0.000000', '2.500000', '2.500000'],
      ['2.500000', '-0.500000', '3.000000', '3.000000'],
    ]);
    expect(published.summary.reasons).toMatchObject([{ code: 'E_REQUIRED', column: 'Paid', rows: 1, firstLine: 5 }]);
    await published.close();
  },
  RUN_MS,
);

it(
  'a line without a currency is refused for that, and one whose currency has no rate for want of a rate',
  async () => {
    const day = date('YYYY-MM-DD', { required: true });
    const rates = {
      key: ['Date', 'Money'],
      columns: { Date: day, Money: required, Rate: decimal({ required: true }) },
    };
    const sold = withTable(STALL, 'sold', { columns: { Currency: text() } });
    const contract = withSale(withTable(sold, 'rates', rates), {
      currency: 'Currency',
      rates: { table: 'rates', day: 'Date', currency: 'Money', rate: 'Rate' },
    });
    const published = await publishStall(contract, {
      ...soldWith('Currency', 'USD', '', 'CHF', 'EUR'),
      'rates.csv': csv('Date,Money,Rate', '2024-05-01,USD,1.25', '2024-05-01,EUR,1'),
    });
    const refused = 'select line, code, column_name, value from quarantine order by line';
    expect(await published.rows(refused)).toEqual([
      [3, 'E_REQUIRED', 'Currency', null],
      [4, 'E_RATE', 'Currency', 'CHF'],
    ]);
    expect(published.summary.money.kept).toBe('4.500000');
    await published.close();
  },
  RUN_MS,
);

it(
  'lines without a store are sold in no store, and the stores that others name have no nameless one among them',
  async () => {
    const columns = { Store: text(), Town: text() };
    const contract: Contract = {
      ...withSale(withTable(STALL, 'sold', { columns }), { store_id: 'Store' }),
      dimensions: { store: { from: 'sold', id: 'Store', attributes: { city: 'Town' } } },
    };
    const published = await publishStall(contract, soldWith('Store,Town', ',Ulm', 'S1,Bonn', ',', 'S2,Ulm', 'S1,Bonn'));
    expect(await published.rows('select store_id, city from dim_store order by 1')).toEqual([
      ['S1', 'Bonn'],
      ['S2', 'Ulm'],
    ]);
    expect(await published.value('select count(*) from fct_sales where store_id is null')).toBe(2);
    await published.close();
  },
  RUN_MS,
);

describe('a reference is refused before anything is read, on a column that is', () => {
  const KINDS = [
    ['a day', date('YYYY-MM-DD', { required: true })],
    ['a moment', timestamp('YYYY-MM-DD HH:mm', { required: true })],
    ['an amount', decimal({ required: true })],
  ] as const;

  it.each(KINDS)('%s', async (_name, column) => {
    const days = withTable(STALL, 'days', { key: ['It'], columns: { It: column, No: int() } });
    const contract = withTable(days, 'sold', { columns: { It: { ...column, references: 'days' } } });
    const error = await failureOf(await openStall(folder, FILES, contract));
    expect(error).toMatchObject({ code: 'E_CONTRACT', exitCode: 2 });
    expect(textOf(error)).toContain('tables.sold.columns.It.references');
    expect(textOf(error)).toContain(`expected int() or text(): ${column.kind}() is no key to look up`);
  });
});

/** Dimensions made in pieces are the same bytes as those made in memory, of tables and of sale lines alike. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunOptions } from '../coordinator/run.ts';
import { type Contract, int, text, via } from '../datasets/contract.ts';
import { below, listOf, pick, seeded } from './random.ts';
import { csv, openStall, STALL, withSale, withTable } from './stall.ts';
import { type Files, hashesOf, type Published, publishFrom, RUN_MS, useFolders } from './support.ts';

const folder = useFolders();

const goods = withTable(STALL, 'goods', {
  columns: { ...STALL.tables.goods!.columns, Kind: int({ references: 'kinds' }) },
});

/** Goods have a kind, which is another table; customers and addresses are known from the sold lines alone. */
const CONTRACT: Contract = {
  ...withSale(withTable(goods, 'sold', { columns: { Name: text(), Town: text(), Region: text() } }), {
    location: { city: 'Town', region: 'Region' },
  }),
  dimensions: {
    product: { from: 'goods', id: 'Code', attributes: { unit_price: 'Price', category: via('Kind', 'Name') } },
    customer: { from: 'sold', id: 'Who', attributes: { customer_name: 'Name' } },
  },
};

const CONTRACT_WITH_KINDS: Contract = {
  ...CONTRACT,
  tables: {
    ...CONTRACT.tables,
    kinds: { files: 'kinds*.csv', key: ['Kind'], columns: { Kind: int({ required: true }), Name: text() } },
  },
};

const GOODS = 300;
const codes = listOf(GOODS, i => `good-${(i * 7_919) % 1_009}`);

function files(): Files {
  const random = seeded(7);
  const kindOf = (i: number) => (i % 10 === 9 ? '' : String(1_000_000 * (i % 5)));
  const rows = codes.map((code, i) => `${code},${i}.25,${kindOf(i)}`);
  const again = listOf(30, () => pick(random, rows));
  const other = listOf(30, () => `${pick(random, codes)},99,`);
  const all = [...[...rows, ...again].sort(() => random() - 0.5), ...other];
  const sold = listOf(900, line => {
    const who = below(random, 150);
    const name = random() < 0.2 ? `Other ${below(random, 3)}` : `Name of ${who}`;
    const day = `2024-05-0${1 + below(random, 4)}`;
    // The first two would have one id if its parts were only joined.
    const address = pick(random, ['a,|b', 'a|,b', `Town ${below(random, 40)},${pick(random, ['n', 's', ''])}`]);
    return `${line},${day},who-${who},${pick(random, codes)},1,${name},${address}`;
  });
  return {
    'kinds.csv': csv('Kind,Name', ...listOf(5, i => `${1_000_000 * i},Kind ${i}`)),
    'goods_1.csv': csv('Code,Price,Kind', ...all.slice(0, 200)),
    'goods_2.csv': csv('Code,Price,Kind', ...all.slice(200)),
    'sold_1.csv': csv('Line,Day,Who,Code,Pieces,Name,Town,Region', ...sold.slice(0, 500)),
    'sold_2.csv': csv('Line,Day,Who,Code,Pieces,Name,Town,Region', ...sold.slice(500)),
  };
}

type Way = Pick<RunOptions, 'chunkBytes' | 'merging' | 'threads'>;

const WAYS: readonly Way[] = [
  { merging: { rowsAtOnce: 50 } },
  { chunkBytes: 1_000, merging: { rowsAtOnce: 1 } },
  { chunkBytes: 1_000, merging: { rowsAtOnce: 200 } },
  { chunkBytes: 700 },
  { chunkBytes: 2_000, merging: { rowsAtOnce: 17 }, threads: 2 },
];

describe('dimensions', () => {
  let options: Awaited<ReturnType<typeof openStall>>;
  let reference: Published;
  beforeAll(async () => {
    options = await openStall(folder, files(), CONTRACT_WITH_KINDS);
    reference = await publishFrom(options);
  }, RUN_MS);
  afterAll(() => reference?.close());

  it('have each member once, sorted by its id, with what its references say', async () => {
    const products = await reference.rows('select product_id, category from dim_product');
    expect(products.map(([id]) => id)).toEqual([...codes].sort());
    expect(products.map(([id, category]) => [id, category])).toEqual(
      [...codes].sort().map(code => {
        const i = codes.indexOf(code);
        return [code, i % 10 === 9 ? null : `Kind ${i % 5}`];
      }),
    );
    const customers = (await reference.rows('select customer_id from dim_customer')).map(([id]) => String(id));
    expect(customers).toEqual([...new Set(customers)].sort());
    expect(customers.length).toBeGreaterThan(140);
    const addresses = await reference.rows('select count(*), count(distinct location_id) from dim_location');
    const [[all, ids]] = addresses as [[number, number]];
    expect(all).toBeGreaterThan(80);
    expect(ids).toBe(all);
  });

  it.each(WAYS)(
    'are the same in chunks of $chunkBytes bytes, merged as $merging',
    async way => {
      const published = await publishFrom({ ...options, project: await folder(), ...way });
      try {
        expect(hashesOf(published)).toEqual(hashesOf(reference));
        expect(published.summary.warnings).toEqual(reference.summary.warnings);
      } finally {
        await published.close();
      }
    },
    RUN_MS,
  );
});

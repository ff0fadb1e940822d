/** The figures that two published data sets are known by, where others have got them wrong, through a real run. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../warehouse/warehouse.ts';
import { ELECTRONICS } from './electronics.figures.ts';
import { SUPERSTORE } from './superstore.figures.ts';
import {
  hashesOf,
  type Published,
  publicationsOf,
  publishFrom,
  RUN_MS,
  runHere,
  sharedFolder,
  useFolders,
} from './support.ts';

const folder = useFolders();

/** What UTF-8 looks like when it is read as Windows-1252, what replaces invalid bytes, and control characters. */
const garbled = (sql: string) => `regexp_matches(${sql}, '[Ã\\x{FFFD}\\x{80}-\\x{9F}]')`;

/** Every text of every dimension that looks as if its bytes were read in another encoding. */
async function garbledTexts(published: Published): Promise<Json[]> {
  const found: Json[] = [];
  for (const table of Object.keys(published.publication.tables).filter(name => name.startsWith('dim_'))) {
    const columns = await published.query(`describe ${table}`);
    for (const column of columns.filter(({ column_type: type }) => type === 'VARCHAR')) {
      const name = `"${column.column_name}"`;
      found.push(...(await published.rows(`select ${name} from ${table} where ${garbled(name)}`)).flat());
    }
  }
  return found;
}

/** Marts at any grain hold all revenue. */
const MARTS = [
  'daily_sales',
  'monthly_sales',
  'product_sales',
  'category_sales',
  'category_monthly',
  'city_sales',
  'state_sales',
  'country_sales',
  'currency_revenue',
  'order',
];

const ofChance = (rules: number): string =>
  `none of the ${rules} basket rules is beyond what chance explains: see is_beyond_chance`;

const SETS = [
  {
    dataset: 'electronics',
    figures: ELECTRONICS,
    marts: [...MARTS, 'store_sales', 'brand_sales', 'channel_sales'],
    warnings: [ofChance(11)],
    unclaimed: ['Data_Dictionary.csv'],
  },
  {
    dataset: 'superstore',
    figures: SUPERSTORE,
    marts: [...MARTS, 'region_sales', 'segment_sales'],
    warnings: [
      ofChance(72),
      'dim_product: 32 ids are described in more than one way; the first description in file order is kept',
    ],
    unclaimed: [],
  },
];

for (const { dataset, figures, marts, warnings, unclaimed } of SETS) {
  const input = sharedFolder(`data/${dataset}`);
  describe.skipIf(input === null)(dataset, () => {
    let project: string;
    let published: Published;
    beforeAll(async () => {
      project = await folder();
      published = await publishFrom({ input: input!, project, threads: 2 });
    }, RUN_MS);
    afterAll(() => published?.close());

    it.each(figures)('%s', async (_sentence, sql, rows) => {
      expect(await published.rows(sql)).toEqual(rows);
    });

    it('every mart adds up to the revenue, and no check fails', async () => {
      const revenue = await published.value('select sum(net_amount_base) from fct_sales');
      for (const mart of marts)
        expect(await published.value(`select sum(revenue) from mart_${mart}`), mart).toBe(revenue);
      expect(await published.value('select sum(total_spent) from mart_customer_behavior')).toBe(revenue);
      expect(await published.value('select sum(net_amount_base) from mart_sales_summary')).toBe(revenue);
      expect(published.summary.checks.failed).toEqual([]);
    });

    it('files of no table and ids with several names are reported, once', () => {
      expect(published.summary).toMatchObject({ warnings, unclaimed });
    });

    it('no text of a dimension is garbled', async () => {
      expect(await garbledTexts(published)).toEqual([]);
      const [seen] = await published.rows(
        `select ${garbled("'ComtÃ©'")}, ${garbled("'Comt\ufffd'")}, ${garbled("'Comté'")}`,
      );
      expect(seen).toEqual([true, true, false]);
    });

    it(
      'five runs change nothing',
      async () => {
        const { money, sales } = published.summary;
        for (let again = 2; again <= 4; again++) {
          expect(await runHere({ input: input!, project })).toMatchObject({ outcome: 'unchanged', money, sales });
        }
        const fifth = await publishFrom({ input: input!, project });
        expect(fifth.summary).toMatchObject({ outcome: 'unchanged', publication: 1, money, sales });
        expect(hashesOf(fifth)).toEqual(hashesOf(published));
        expect(await fifth.value('select sum(net_amount_base) from fct_sales')).toBe(money.kept);
        await fifth.close();
        expect(await publicationsOf(project)).toHaveLength(1);
      },
      RUN_MS,
    );
  });
}

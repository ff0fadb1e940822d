/** Which files of a folder are read, and what of their form makes no difference. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { text } from '../datasets/contract.ts';
import { failureOf, textOf } from './shop.ts';
import { csv, FILES, GOODS, openStall, SOLD, SOLD_HEADER, STALL, withTable } from './stall.ts';
import { type Published, publishFrom, RUN_MS, runHere, useFolders } from './support.ts';

const folder = useFolders();

it(
  'files in folders below and hidden files are no data',
  async () => {
    const more = csv(SOLD_HEADER, '9,2024-05-09,Ann,apple,100');
    const hidden = ['old/sold_1.csv', '.sold_2.csv', '.old/sold_3.csv', 'old/older/goods.csv'];
    const files = { ...FILES, ...Object.fromEntries(hidden.map(name => [name, more])) };
    const { sales, tables, unclaimed, warnings } = await runHere(await openStall(folder, files));
    expect([...sales, ...tables].map(({ file, kept }) => [file, kept])).toEqual([
      ['sold.csv', 4],
      ['goods.csv', 2],
    ]);
    expect([unclaimed, warnings]).toEqual([[], []]);
  },
  RUN_MS,
);

describe('a record that comes again in a file with other columns beside it, in another order', () => {
  let published: Published;
  beforeAll(async () => {
    const files = {
      ...FILES,
      'goods_2.csv': csv('Colour,Price,Code', 'red,2.50,apple', 'green,4,pear'),
      'sold_2.csv': csv('Pieces,Code,Till,Who,Day,Line', '1,apple,T1,Ann,2024-05-01,1', '2,pear,T1,Bob,2024-05-01,2'),
    };
    published = await publishFrom(await openStall(folder, files));
  }, RUN_MS);
  afterAll(() => published?.close());

  it('is a duplicate if all that is read of it is equal, and a conflict if not', async () => {
    const sql = 'select file, line, code, duplicate_of_file, duplicate_of_line from quarantine order by file, line';
    expect(await published.rows(sql)).toEqual([
      ['goods_2.csv', 2, 'E_DUP_ROW', 'goods.csv', 2],
      ['goods_2.csv', 3, 'E_DUP_KEY', 'goods.csv', 3],
      ['sold_2.csv', 2, 'E_DUP_ROW', 'sold.csv', 2],
      ['sold_2.csv', 3, 'E_DUP_KEY', 'sold.csv', 3],
    ]);
  });

  it('costs nothing of what came first', () => expect(published.summary.money.kept).toBe('13.000000'));
});

it(
  'a header in Windows-1252 is recognised by a contract that names its column',
  async () => {
    const contract = withTable(STALL, 'sold', {
      encoding: 'windows-1252',
      columns: { Straße: text({ required: true }) },
    });
    const lines = csv(`${SOLD_HEADER},Straße`, '1,2024-05-01,Ann,apple,1,Hauptstraße');
    const files = { ...FILES, 'sold.csv': Buffer.from(lines, 'latin1') };
    const summary = await runHere(await openStall(folder, files, contract));
    expect(summary).toMatchObject({ outcome: 'published', warnings: [], sales: [{ kept: 1 }] });
  },
  RUN_MS,
);

describe('before a header', () => {
  const BLANKS = [
    ['twenty blank lines', '\n'.repeat(20)],
    ['twenty blank lines of Windows', '\r\n'.repeat(20)],
    ['a byte order mark', '\ufeff'],
    ['a byte order mark and blank lines', '\ufeff\n\r\n\n'],
  ] as const;

  it.each(BLANKS)(
    '%s make no difference',
    async (_name, blanks) => {
      const files = { 'goods.csv': blanks + GOODS, 'sold.csv': blanks + SOLD };
      const { outcome, sales, tables, money } = await runHere(await openStall(folder, files));
      expect({ outcome, money }).toMatchObject({ outcome: 'published', money: { kept: '13.000000' } });
      expect([sales, tables]).toMatchObject([[{ read: 4, kept: 4 }], [{ read: 2, kept: 2 }]]);
    },
    RUN_MS,
  );
});

it('a file whose lines end with carriage returns alone is refused, with what to do', async () => {
  const error = await failureOf(await openStall(folder, { ...FILES, 'sold.csv': SOLD.replaceAll('\n', '\r') }));
  expect(error).toMatchObject({ code: 'E_LINES', exitCode: 2 });
  expect(error.what).toContain('sold.csv');
  expect(textOf(error)).toContain(`tr '\\r' '\\n' < 'sold.csv'`);
});

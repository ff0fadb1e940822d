/** What the quarantine tells people: values as they are written, the column that is to blame, text that can be read. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endcap } from '../cli/io.fixture.ts';
import { type Contract, date, decimal, int, text, timestamp } from '../datasets/contract.ts';
import { csv, FILES, GOODS, openStall, SOLD_HEADER, STALL, withSale, withTable } from './stall.ts';
import { type Published, publishFrom, RUN_MS, useFolders } from './support.ts';

const folder = useFolders();
const day = date('YYYY-MM-DD', { required: true });

/** Rows of the quarantine: line, code, column, value and message. */
const refused = (published: Published, table: string) =>
  published.rows(
    `select line, code, column_name, value, message from quarantine where table_name = '${table}' order by line`,
  );

describe('the quarantine', () => {
  let published: Published;
  beforeAll(async () => {
    const sold = withTable(STALL, 'sold', {
      key: ['Line', 'At', 'Size'],
      columns: {
        At: timestamp('YYYY-MM-DD HH:mm', { required: true }),
        Size: decimal({ required: true, max: 100 }),
      },
    });
    const contract: Contract = withTable(withSale(sold, { sale_id: ['Line', 'At', 'Size'] }), 'offers', {
      key: ['From', 'Share'],
      columns: { From: day, Share: decimal({ required: true, min: 0 }), Code: text({ references: 'goods' }) },
    });
    published = await publishFrom(
      await openStall(
        folder,
        {
          'goods.csv': `${GOODS}gift,\npalace,999999999999.99\n`,
          'offers.csv': csv(
            'From,Share,Code',
            '2024-02-29,0.50,apple',
            '2024-02-29,0.5,pear',
            '2024-03-01,10,',
            '2024-03-01,10.0,pear',
            '2024-04-01,-0.25,apple',
            '2024-04-02,0.1,plum',
          ),
          'sold.csv': csv(
            `${SOLD_HEADER},At,Size`,
            '1,2024-05-01,Ann,apple,1,2024-05-01 08:05,1.50',
            '1,2024-05-01,Ann,pear,1,2024-05-01 08:05,1.5',
            '2,2024-05-01,Ann,apple,,2024-05-01 08:06,1',
            '3,2024-05-01,Ann,gift,1,2024-05-01 08:07,1',
            '4,2024-05-01,Ann,plum,1,2024-05-01 08:08,1',
            '5,2024-05-01,Ann,palace,9999,2024-05-01 08:09,1',
            '6,2024-05-01,Ann,apple,1,2024-05-01 08:10,100.50',
            '7,2024-05-01,Ann,gift,,2024-05-01 08:11,1',
          ),
        },
        contract,
      ),
    );
  }, RUN_MS);
  afterAll(() => published?.close());

  it('writes days and amounts of small tables as people do', async () => {
    const taken = 'From, Share was taken by an earlier record with other content';
    expect(await refused(published, 'offers')).toEqual([
      [3, 'E_DUP_KEY', 'From, Share', '2024-02-29, 0.5', taken],
      [5, 'E_DUP_KEY', 'From, Share', '2024-03-01, 10', taken],
      [6, 'E_RANGE', 'Share', '-0.25', 'Share is outside 0 and above'],
      [7, 'E_FK', 'Code', 'plum', 'Code is not in goods'],
    ]);
  });

  it('writes moments and amounts of sale lines as people do, and blames the column that is at fault', async () => {
    const taken = 'Line, At, Size was taken by an earlier record with other content';
    const [duplicate, ...others] = await refused(published, 'sold');
    expect(duplicate).toEqual([3, 'E_DUP_KEY', 'Line, At, Size', expect.any(String), taken]);
    expect(duplicate![3]).toMatch(/^1, 2024-05-01 08:05(:00(\.000)?)?, 1\.5$/);
    expect(others).toEqual([
      [4, 'E_REQUIRED', 'Pieces', null, 'Pieces is empty'],
      [5, 'E_REQUIRED', 'Code', 'gift', 'Code leads to no price'],
      [6, 'E_FK', 'Code', 'plum', 'Code is not in goods'],
      [7, 'E_RANGE', 'Code', 'palace', 'Code is outside what an amount can hold'],
      [8, 'E_RANGE', 'Size', '100.50', 'Size is outside 100 and below'],
      [9, 'E_REQUIRED', 'Code', 'gift', 'Code leads to no price'],
    ]);
  });
});

describe('the quarantine of a file in Windows-1252', () => {
  const BAD = ['2,2024-05-01,Müller,Öl für 5 €,1', '3,2024-05-01,Müller,Äpfel,x', 'Jürgen,2024-05-01,Ann,apple,1'];
  /** The euro sign is 0x80 in Windows-1252; the other characters are what they are in Latin-1. */
  const bytesOf = (text: string) => Buffer.from(text.replaceAll('€', '\x80'), 'latin1');
  let published: Published;
  let project: string;
  beforeAll(async () => {
    const contract = withTable(STALL, 'sold', {
      encoding: 'windows-1252',
      columns: { Line: int({ required: true }) },
    });
    const lines = csv(SOLD_HEADER, '1,2024-05-01,Ann,apple,1', ...BAD);
    const stall = await openStall(folder, { ...FILES, 'sold.csv': bytesOf(lines) }, contract);
    project = stall.project;
    published = await publishFrom(stall);
  }, RUN_MS);
  afterAll(() => published?.close());

  it('can be read: values and records with the characters that they have', async () => {
    expect(await published.rows('select code, value, original from quarantine order by line')).toEqual([
      ['E_FK', 'Öl für 5 €', BAD[0]],
      ['E_TYPE', 'x', BAD[1]],
      ['E_TYPE', 'Jürgen', BAD[2]],
    ]);
  });

  it('is exported byte for byte', async () => {
    const out = await folder();
    const answer = await endcap(out, ['quarantine', 'export', '--project', project, '--out', 'mended']);
    expect(answer).toMatchObject({ code: 0 });
    expect(answer.err).not.toContain('has changed');
    expect(await readFile(join(out, 'mended/sold.csv'))).toEqual(bytesOf(csv(SOLD_HEADER, ...BAD)));
    expect(await readFile(join(out, 'mended/sold.csv.reasons.csv'), 'utf8')).toContain('Jürgen');
  });
});

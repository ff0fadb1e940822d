/** A task that does not fit into its memory: what a person is told then does help. */
import { describe, expect, it } from 'vitest';
import { type Contract, int } from '../datasets/contract.ts';
import { listOf } from './random.ts';
import { failureOf } from './shop.ts';
import { GOODS, openStall, SOLD_HEADER, STALL, withTable } from './stall.ts';
import { publishFrom, RUN_MS, useFolders } from './support.ts';

const folder = useFolders();

const MIB = 2 ** 20;
const RECORDS = 240_000;

/** Columns of which only the first record has values: a byte of the file each, and more than sixteen in memory. */
const EMPTY = listOf(200, i => `Empty${i}`);

const CONTRACT: Contract = withTable(STALL, 'sold', {
  columns: Object.fromEntries(EMPTY.map(name => [name, int()])),
});

describe('a chunk that is too large as columns', () => {
  it(
    'fails with the size of chunks that fits',
    async () => {
      const nothing = ','.repeat(EMPTY.length);
      const values = ',1000000000000'.repeat(EMPTY.length);
      const lines = listOf(RECORDS, i => `${i},2024-05-0${1 + (i % 4)},Ann,apple,1${i === 0 ? values : nothing}`);
      const files = { 'goods.csv': GOODS, 'sold.csv': `${[SOLD_HEADER, ...EMPTY].join()}\n${lines.join('\n')}\n` };
      const options = await openStall(folder, files, CONTRACT);
      const error = await failureOf({ ...options, chunkBytes: 64 * MIB });
      expect(error).toMatchObject({
        code: 'E_MEMORY',
        what: `${RECORDS} records of sold.csv cannot be read at once in the 1024 MiB that a task works in`,
        where: expect.stringMatching(/^sold\.csv, bytes \d+ to \d+$/),
        why: expect.stringMatching(/clean\.chunk 1 held \d+ MiB and needed \d+ MiB more$/),
        unchanged: 'nothing was published; what was finished is kept',
      });
      const [, kilobytes] = /--chunk-bytes (\d+)KB/.exec(error.next!)!;
      const published = await publishFrom({ ...options, chunkBytes: Number(kilobytes) * 1024 });
      expect(await published.value('select count(*) from fct_sales')).toBe(RECORDS);
      await published.close();
    },
    RUN_MS,
  );
});

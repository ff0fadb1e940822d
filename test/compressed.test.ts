/** Compressed files give what plain files give, and what is wrong with them is said before anything is published. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { endcap } from '../cli/io.fixture.ts';
import type { RunEvent } from '../coordinator/events.ts';
import { openRawFile } from '../coordinator/rawfile.ts';
import { contractNames, openContract } from '../datasets/open.ts';
import { failureOf, saleLine, shopFiles, smallShop, textOf } from './shop.ts';
import { csv, FILES, GOODS, openStall, SOLD, SOLD_HEADER } from './stall.ts';
import { dumpAll, hashesOf, publishFrom, RUN_MS, runHere, useFolders, writeFiles } from './support.ts';

const folder = useFolders();

/** In two members, or frames: many tools write more than one. */
const halves = (bytes: Buffer): Buffer[] => [bytes.subarray(0, bytes.length >> 1), bytes.subarray(bytes.length >> 1)];
const gzip = (content: string | Uint8Array): Buffer =>
  Buffer.concat(halves(Buffer.from(content)).map(half => gzipSync(half)));
const zstd = (content: string | Uint8Array): Buffer =>
  Buffer.concat(halves(Buffer.from(content)).map(half => zstdCompressSync(half)));

describe.each(contractNames())('the fixtures of %s, compressed', name => {
  it(
    'make the tables and marts of the golden dumps, but for the names of files',
    async () => {
      const fixtures = new URL(`../datasets/${name}/fixtures/`, import.meta.url);
      const names = readdirSync(fixtures).filter(file => file.endsWith('.csv'));
      const files = names.map((file, i) => {
        const bytes = readFileSync(new URL(file, fixtures));
        return i % 2 === 0 ? [`${file}.gz`, gzip(bytes)] : [`${file}.zst`, zstd(bytes)];
      });
      const contract = await openContract(name);
      const lenient = Object.entries(contract.tables).map(([table, own]) => [table, { ...own, maxRejectRate: 1 }]);
      const published = await publishFrom({
        input: await writeFiles(await folder(), Object.fromEntries(files)),
        project: await folder(),
        contract: join(
          await writeFiles(await folder(), {
            'contract.json': JSON.stringify({ ...contract, tables: Object.fromEntries(lenient) }),
          }),
          'contract.json',
        ),
      });
      const dumps = await dumpAll(published);
      await published.close();
      for (const [table, dump] of dumps) {
        const golden = readFileSync(new URL(`golden/${name}/${table}.json`, import.meta.url), 'utf8');
        expect(dump.replaceAll(/\.csv\.(gz|zst)\b/g, '.csv'), table).toBe(golden);
      }
      expect(dumps.get('fct_sales')).toMatch(/\.csv\.(gz|zst)"/);
    },
    RUN_MS,
  );
});

const spoiltShop = () => {
  const shop = smallShop();
  shop.sales[10] = saleLine(10, { quantity: '"x\ny"' });
  return shopFiles(shop);
};

/** The shop with its sales in one compressed file. */
async function prepare(sales: Uint8Array, name: string) {
  const { 'sales.csv': _, ...others } = spoiltShop();
  return { input: await writeFiles(await folder(), { ...others, [name]: sales }), project: await folder() };
}

describe('a compressed file', () => {
  it.each([
    ['sales.csv.gz', gzip],
    ['sales.csv.zst', zstd],
    ['SALES.CSV.GZ', gzip],
  ])(
    '%s is cut into chunks, and its refused records keep their place and text',
    async (name, compress) => {
      const content = Buffer.from(spoiltShop()['sales.csv']!);
      const options = await prepare(compress(content), name);
      const published = await publishFrom({ ...options, chunkBytes: 4096 });
      expect(published.summary.sales).toMatchObject([{ file: name, read: 400, kept: 399, quarantined: 1 }]);
      const chunks = published.summary.stages.find(({ stage }) => stage === 'clean.chunk')!;
      expect(chunks.computed).toBeGreaterThan(4);
      const [refused] = await published.query('select file, line, byte_offset, byte_length, original from quarantine');
      const original = saleLine(10, { quantity: '"x\ny"' });
      const offset = content.indexOf(original);
      const byte_length = original.length + 1;
      expect(refused).toMatchObject({ file: name, line: 11, byte_offset: offset, byte_length, original });
      await expectRawFile(options.input, name, { content, offset, byte_length, original });
      expect(Object.values(published.publication.tables).flat()).not.toContainEqual(
        expect.objectContaining({ key: expect.stringContaining('clean.unpack') }),
      );
      await published.close();
    },
    RUN_MS,
  );

  it(
    'that has not changed is not decompressed again, and one that has grown has only its new chunks cleaned',
    async () => {
      const content = Buffer.from(spoiltShop()['sales.csv']!);
      const options = { ...(await prepare(gzip(content), 'sales.csv.gz')), chunkBytes: 4096 };
      await runHere(options);
      const stages = new Map<string, { computed: number; reused: number }>();
      const onEvent = (event: RunEvent) => {
        if (event.ev === 'stage.finished') stages.set(event.stage, event);
      };
      expect(await runHere({ ...options, onEvent })).toMatchObject({ outcome: 'unchanged' });
      expect([...stages.values()].reduce((sum, { computed }) => sum + computed, 0)).toBe(0);
      expect(stages.get('clean.unpack')).toMatchObject({ reused: 1 });
      const more = gzip(`${saleLine(1001, { sold: '2018-02-03 10:00:00.000' })}\n`);
      await appendFile(join(options.input, 'sales.csv.gz'), more);
      expect(await runHere({ ...options, onEvent })).toMatchObject({ outcome: 'published', sales: [{ read: 401 }] });
      expect(stages.get('clean.chunk')).toMatchObject({ computed: 1 });
      expect(stages.get('clean.day')).toMatchObject({ computed: 1 });
    },
    RUN_MS,
  );

  it(
    'gives the part files of a plain one, whose name alone is another',
    async () => {
      const { 'goods.csv': goods, 'sold.csv': sold } = FILES as Record<string, string>;
      const files = { 'goods.csv.zst': zstd(goods!), 'sold.csv': sold! };
      const plain = await publishFrom(await openStall(folder));
      const packed = await publishFrom(await openStall(folder, files));
      expect(hashesOf(packed)).toEqual(hashesOf(plain));
      expect(packed.summary.tables).toMatchObject([{ file: 'goods.csv.zst', kept: 2 }]);
      await Promise.all([plain.close(), packed.close()]);
    },
    RUN_MS,
  );

  it(
    'beside the same file not compressed is reported, and counts once',
    async () => {
      const files = { ...FILES, 'sold.csv.gz': gzip(SOLD), 'sold.csv.zst': zstd(SOLD) };
      const summary = await runHere(await openStall(folder, files));
      expect(summary.money).toMatchObject({ kept: '13.000000', duplicate: '26.000000' });
      expect(summary.sales.map(({ file, kept }) => [file, kept])).toEqual([
        ['sold.csv', 4],
        ['sold.csv.gz', 0],
        ['sold.csv.zst', 0],
      ]);
      expect(summary.warnings).toEqual([
        'E_SAME_FILE sold.csv.gz has the same content as sold.csv',
        'E_SAME_FILE sold.csv.zst has the same content as sold.csv',
      ]);
    },
    RUN_MS,
  );

  it(
    'of nothing but a header is reported like a plain one',
    async () => {
      const files = { ...FILES, 'sold_2.csv.gz': gzip(csv(SOLD_HEADER)) };
      const { warnings } = await runHere(await openStall(folder, files));
      expect(warnings).toEqual(['E_EMPTY sold_2.csv.gz has a header and no records']);
    },
    RUN_MS,
  );
});

/** What `why` and `quarantine export` read of the file. */
async function expectRawFile(
  input: string,
  name: string,
  {
    content,
    offset,
    byte_length,
    original,
  }: { content: Buffer; offset: number; byte_length: number; original: string },
): Promise<void> {
  const raw = (await openRawFile(input, name, ','))!;
  expect(await raw.recordAt(12)).toMatchObject({ line: 11, text: original });
  expect(await raw.record({ byte_offset: offset, byte_length, original })).toEqual(Buffer.from(`${original}\n`));
  expect(await raw.header(), 'back at the beginning').toEqual(content.subarray(0, content.indexOf('\n') + 1));
  expect(await raw.recordAt(1000)).toEqual({ lines: 402 });
  expect(await raw.record({ byte_offset: offset, byte_length, original: 'other' })).toBeNull();
  await raw.close();
}

it(
  'refused records of compressed files are exported as plain ones, each file by a name of its own',
  async () => {
    const files = {
      'goods.csv': GOODS,
      'sold.csv': csv(SOLD_HEADER, '1,2024-05-01,Ann,apple,x', '2,2024-05-01,Ann,apple,1'),
      'sold.csv.gz': gzip(csv(SOLD_HEADER, '3,2024-05-01,Ann,plum,1')),
      'sold_2.csv.zst': zstd(csv(SOLD_HEADER, '4,2024-05-01,Ann,pear,1', '5,2024-05-01,Ann,pear,"y\nz"')),
    };
    const { input, project, contract } = await openStall(folder, files);
    const run = await endcap(input, ['run', input, '--project', project, '--contract', contract, '--threads', '0']);
    expect(run.code).toBe(0);
    const out = await folder();
    const verb = (...words: string[]) => endcap(input, [...words, '--project', project]);
    expect(await verb('quarantine', 'export', '--out', out)).toMatchObject({ code: 0 });
    const exported = readdirSync(out).filter(name => !name.endsWith('.reasons.csv'));
    expect(Object.fromEntries(exported.map(name => [name, readFileSync(join(out, name), 'utf8')]))).toEqual({
      'sold.csv': csv(SOLD_HEADER, '1,2024-05-01,Ann,apple,x'),
      'sold.csv.gz.csv': csv(SOLD_HEADER, '3,2024-05-01,Ann,plum,1'),
      'sold_2.csv': csv(SOLD_HEADER, '5,2024-05-01,Ann,pear,"y\nz"'),
    });
    const { out: why } = await verb('why', 'sold_2.csv.zst:4', '--json');
    expect(JSON.parse(why)).toMatchObject({ file: 'sold_2.csv.zst', outcome: 'quarantined', begins: 3 });
  },
  RUN_MS,
);

/** More than discovery looks at, so that only reading all of it tells. */
const LONG = csv(SOLD_HEADER, ...Array.from({ length: 60_000 }, (_, i) => `${i},2024-05-01,Ann,apple,${i % 97}`));

describe('a compressed file that cannot be right is refused, and nothing is published:', () => {
  const flipped = gzip(LONG);
  flipped[flipped.length - 2_000]! ^= 0xff;

  it.each([
    ['gzip that ends too early', 'sold.csv.gz', gzip(LONG).subarray(0, -9), 'it ends too early'],
    ['zstd that ends too early', 'sold.csv.zst', zstd(LONG).subarray(0, -9), 'it ends too early'],
    ['gzip cut within the header', 'sold.csv.gz', gzip(SOLD).subarray(0, 20), 'it ends too early'],
    ['an empty .gz', 'sold.csv.gz', new Uint8Array(0), 'it ends too early'],
    ['gzip with a wrong byte', 'sold.csv.gz', flipped, 'its bytes are damaged'],
    ['a plain file named .gz', 'sold.csv.gz', Buffer.from(SOLD), 'it is no gzip file'],
    ['gzip named .zst', 'sold.csv.zst', gzip(SOLD), 'it is no zstd file'],
    ['zstd with a text behind it', 'sold.csv.zst', Buffer.concat([zstd(LONG), Buffer.from(SOLD)]), 'something else'],
    ['gzip with a text behind it', 'sold.csv.gz', Buffer.concat([gzip(LONG), Buffer.from(SOLD)]), 'something else'],
  ])(
    '%s',
    async (_what, name, bytes, why) => {
      const error = await failureOf(await openStall(folder, { 'goods.csv': GOODS, [name]: bytes }));
      expect(error).toMatchObject({ code: 'E_COMPRESSED', exitCode: 2, unchanged: 'nothing was published' });
      expect(error.what).toBe(`${name} cannot be decompressed`);
      expect(error.why).toContain(why);
      expect(error.next).toContain(`-t '${name}'`);
    },
    RUN_MS,
  );

  it('an empty content', async () => {
    const error = await failureOf(await openStall(folder, { 'goods.csv': GOODS, 'sold.csv.gz': gzip('') }));
    expect(error).toMatchObject({ code: 'E_EMPTY', what: 'sold.csv.gz is empty: it has not even a header' });
  });

  it('UTF-16, with a command that decompresses it, too', async () => {
    const utf16 = zstd(Buffer.from(`\ufeff${SOLD}`, 'utf16le'));
    const error = await failureOf(await openStall(folder, { 'goods.csv': GOODS, 'sold.csv.zst': utf16 }));
    expect(error).toMatchObject({ code: 'E_ENCODING' });
    expect(textOf(error)).toContain(`zstd -dc 'sold.csv.zst' | iconv`);
  });

  it(
    'after it is mended, the run goes on',
    async () => {
      const options = await openStall(folder, { 'goods.csv': GOODS, 'sold.csv.gz': gzip(LONG).subarray(0, -9) });
      expect(await failureOf(options)).toMatchObject({ code: 'E_COMPRESSED' });
      expect(leftovers(options.project)).toEqual([]);
      await writeFile(join(options.input, 'sold.csv.gz'), gzip(LONG));
      expect(await runHere(options)).toMatchObject({ outcome: 'published', sales: [{ kept: 60_000 }] });
      expect(leftovers(options.project)).toEqual(['content']);
    },
    RUN_MS,
  );
});

/** Files below the decompressed content's place, unfinished ones too. */
function leftovers(project: string): string[] {
  const parts = join(project, 'lake/parts/clean.unpack');
  if (!existsSync(parts)) return [];
  const entries = readdirSync(parts, { recursive: true, withFileTypes: true });
  return entries.filter(entry => entry.isFile()).map(({ name }) => name);
}

describe('a compressed file that changes while it is being read', () => {
  it.each([
    ['is replaced before it is decompressed', 'run.started', (file: string) => writeFileSync(file, gzip(`${SOLD}\n`))],
    ['is gone before it is decompressed', 'run.started', (file: string) => rmSync(file)],
    ['is replaced after it was decompressed', 'plan.ready', (file: string) => writeFileSync(file, gzip(`${SOLD}\n`))],
  ] as const)(
    '%s: the run says so, and a later run reads it anew',
    async (_what, event, change) => {
      const options = await openStall(folder, { 'goods.csv': GOODS, 'sold.csv.gz': gzip(SOLD) });
      const file = join(options.input, 'sold.csv.gz');
      const original = await readFile(file);
      const onEvent = ({ ev }: RunEvent) => {
        if (ev === event) change(file);
      };
      const error = await failureOf({ ...options, onEvent });
      expect(error).toMatchObject({ code: 'E_CHANGED', exitCode: 1 });
      await writeFile(file, original);
      expect(await runHere(options)).toMatchObject({ outcome: 'published', sales: [{ kept: 4 }] });
    },
    RUN_MS,
  );
});

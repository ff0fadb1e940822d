/** What makes a task another task: whatever changes its result is computed anew, on any project. */
import { stat, utimes, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Contract, decimal, int, text } from '../datasets/contract.ts';
import { publishedHashes } from './killing.ts';
import { csv, FILES, openStall, SOLD, SOLD_HEADER, STALL, withSale, withTable, writeContract } from './stall.ts';
import { type Files, RUN_MS, runHere, useFolders } from './support.ts';
import { bare, isTest, readSources } from './tidy/sources.ts';

const folder = useFolders();

interface Change {
  readonly files?: Files;
  readonly before: Contract;
  readonly after: Contract;
}

const twice = { ...FILES, 'sold.csv': `${SOLD}1,2024-05-01,Bob,apple,1\n` };
const required = text({ required: true });
const notes = withTable(STALL, 'notes', { key: ['Code'], columns: { Code: required, Note: required } });
/** Columns and attributes that are called as what tells where a file is. */
const keyed = (rules: object, source: string): Contract => ({
  ...withTable(withTable(STALL, 'goods', { columns: { Old: text(), New: text() } }), 'sold', {
    columns: { key: int(rules), sha256: int() },
  }),
  dimensions: { product: { from: 'goods', id: 'Code', attributes: { key: source, sha256: 'Old' } } },
});
const keyedFiles = {
  'goods.csv': csv('Code,Price,Old,New', 'apple,2.50,a,b', 'pear,3,a,b'),
  'sold.csv': csv(`${SOLD_HEADER},key,sha256`, '1,2024-05-01,Ann,apple,1,7,7', '2,2024-05-01,Ann,apple,1,5,5'),
};

/** The goods' notes have a header and records whichever delimiter they are read with. */
const split = (encoding: 'windows-1252' | 'latin1', delimiter: string) =>
  withTable(withTable(STALL, 'sold', { encoding }), 'notes', {
    delimiter,
    key: ['Code'],
    columns: { Code: text({ required: true, alias: ['Code,Note'] }), More: text({ alias: ['Note;More'] }) },
  });

const CHANGES: Readonly<Record<string, Change>> = {
  'the key of the sale lines': {
    files: twice,
    before: withTable(STALL, 'sold', { columns: { Who: required } }),
    after: withSale(withTable(STALL, 'sold', { key: ['Line', 'Who'], columns: { Who: required } }), {
      sale_id: ['Line', 'Who'],
    }),
  },
  'the key of another table': {
    files: { ...FILES, 'notes.csv': csv('Code,Note', 'apple,red', 'apple,green') },
    before: notes,
    after: withTable(notes, 'notes', { key: ['Code', 'Note'] }),
  },
  'a rule of a column, and the source of an attribute, that are called key beside one called sha256': {
    files: keyedFiles,
    before: keyed({}, 'Old'),
    after: keyed({ max: 5 }, 'New'),
  },
  'the encoding of one table and the delimiter of another': {
    files: {
      ...FILES,
      'sold.csv': Buffer.from(SOLD.replace('Ann', '\x80'), 'latin1'),
      'notes.csv': csv('Code,Note;More', 'a,b;c', 'a,d;e'),
    },
    before: split('latin1', ','),
    after: split('windows-1252', ';'),
  },
  'a bound of a column of each table': {
    before: STALL,
    after: withTable(withTable(STALL, 'sold', { columns: { Pieces: int({ min: 2 }) } }), 'goods', {
      columns: { Price: decimal({ max: 2.6 }) },
    }),
  },
};

describe('a contract in which nothing changed but', () => {
  it.each(Object.entries(CHANGES))(
    '%s gives what a new project would give',
    async (_name, { files = FILES, before, after }) => {
      const stall = await openStall(folder, files, before);
      const contract = await writeContract(folder, after);
      await runHere(stall);
      const first = await publishedHashes(stall.project);
      await runHere({ ...stall, contract });
      const fresh = await folder();
      await runHere({ input: stall.input, project: fresh, contract });
      expect(await publishedHashes(stall.project)).toEqual(await publishedHashes(fresh));
      expect(await publishedHashes(stall.project)).not.toEqual(first);
    },
    RUN_MS,
  );
});

describe('a file', () => {
  it(
    'that was written over in place is read again, though its size and its time are what they were',
    async () => {
      const stall = await openStall(folder);
      await runHere(stall);
      const file = join(stall.input, 'sold.csv');
      const { atime, mtime, size, ino } = await stat(file);
      await writeFile(file, SOLD.replace('apple,2', 'apple,8'));
      await utimes(file, atime, mtime);
      expect(await stat(file)).toMatchObject({ mtime, size, ino });
      const again = await runHere(stall);
      expect(again).toMatchObject({ outcome: 'published', publication: 2, money: { kept: '28.000000' } });
    },
    RUN_MS,
  );
});

describe('a deploy that changes code', () => {
  const sources = readSources(new URL('../', import.meta.url));

  /** Files that are there when the program runs: an import of nothing but types is not. */
  function runtimeImports(path: string): string[] {
    const statics = /^[ \t]*(?:import|export)\s+(?!type\s)([^;']*?)\s*from\s*'(\.[^']+)'/gm;
    const source = bare(sources.get(path)!, true);
    const found = [...source.matchAll(statics)]
      .filter(([, clause]) => !/^\{(\s*type\s[^,}]*,?)*\s*\}$/.test(clause!))
      .map(match => match[2]!);
    const others = [...source.matchAll(/(?:\bimport\(|^[ \t]*import)\s*'(\.[^']+)'/gm)].map(match => match[1]!);
    return [...found, ...others].map(target => posix.join(posix.dirname(path), target));
  }

  function reachable(path: string, seen = new Set<string>()): ReadonlySet<string> {
    if (seen.has(path)) return seen;
    seen.add(path);
    for (const next of runtimeImports(path)) reachable(next, seen);
    return seen;
  }

  /** The entries of a list in jobs/code.ts. */
  const listed = (name: string): string[] => {
    const list = new RegExp(`const ${name} = \\[([^\\]]*)\\]`).exec(sources.get('jobs/code.ts')!)![1]!;
    return [...list.matchAll(/'([^']+)'/g)].map(match => match[1]!);
  };

  /** Errors and stores say how, and not what: no byte of an output comes from them. */
  const HARMLESS = ['base/errors.ts', 'lake/store.ts'];
  const isCovered = (entries: readonly string[]) => (path: string) =>
    entries.some(entry => entry === path || (entry.endsWith('/') && posix.dirname(path) === entry.slice(0, -1)));

  it.each([
    { job: 'clean', own: ['jobs/clean/'], some: ['kernels/records.ts', 'lake/parquet/write.ts', 'datasets/sales.ts'] },
    { job: 'customers', own: listed('CUSTOMERS'), some: ['jobs/clean/pieces.ts', 'lake/assemble.ts'] },
    ...['segment', 'value', 'baskets', 'recommend'].map(job => ({
      job,
      own: [...listed('CUSTOMERS'), ...listed(job.toUpperCase())],
      some: ['jobs/customers/lines.ts', 'lake/assemble.ts'],
    })),
  ])('computes anew whatever $job ran through that code', ({ job, own, some }) => {
    const used = [...reachable(`jobs/${job}/tasks.ts`)];
    expect(used).toEqual(expect.arrayContaining(some));
    expect(used.filter(path => !sources.has(path) || isTest(path))).toEqual([]);
    const covered = isCovered([...listed('COMMON'), ...own, ...HARMLESS]);
    expect(used.filter(path => !covered(path))).toEqual([]);
  });

  it('names only files and folders that are there', () => {
    const paths = [...sources.keys()];
    const isThere = (entry: string) => paths.some(path => path === entry || path.startsWith(entry));
    const all = ['COMMON', 'LOAD', 'CUSTOMERS', 'SEGMENT', 'VALUE', 'BASKETS', 'RECOMMEND'].flatMap(listed);
    expect(all.filter(entry => !isThere(entry))).toEqual([]);
  });
});

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { listOf } from '../test/random.ts';
import { localStore } from './local.ts';
import { openStore } from './open.ts';
import { testObjectStore } from './store.conformance.ts';

const base = mkdtempSync(join(tmpdir(), 'endcap-local-'));
afterAll(() => rmSync(base, { recursive: true }));

let folders = 0;

/** A folder that does not exist yet, with characters that addresses and globs give a meaning. */
function newFolder() {
  const folder = join(base, `a b#%41?[x]-${folders++}`);
  return { folder, store: localStore(pathToFileURL(folder)) };
}

testObjectStore('a folder', async () => newFolder().store);
testObjectStore('a folder opened by its address', () => openStore(`${pathToFileURL(newFolder().folder).href}/`));

const filesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap(entry =>
        entry.isFile() ? [entry.name] : [],
      )
    : [];

describe('a folder on disk', () => {
  it('holds each object as a file of its name, and no other file', async () => {
    const { folder, store } = newFolder();
    await store.write('a/b.txt', Buffer.from('x'));
    await Promise.all(listOf(20, i => store.write('a/c', Buffer.from(String(i)), { ifAbsent: true })));
    const writer = await store.writer('a/d');
    await writer.abort();
    expect(filesIn(folder).sort()).toEqual(['b.txt', 'c']);
    expect(readFileSync(join(folder, 'a/b.txt'), 'utf8')).toBe('x');
  });

  it('is not listed with what a killed write left', async () => {
    const { folder, store } = newFolder();
    const writer = await store.writer('a/d');
    await writer.write(Buffer.from('half'));
    expect(filesIn(folder), 'the write is under way').toHaveLength(1);
    const found = [];
    for await (const { key } of store.list('')) found.push(key);
    expect(found).toEqual([]);
    await writer.abort();
    expect(filesIn(folder)).toEqual([]);
  });

  it('is left as it was by a write that fails', async () => {
    const { folder, store } = newFolder();
    await store.write('file', Buffer.from('x'));
    mkdirSync(join(folder, 'folder/full'), { recursive: true });
    await expect(store.write('file/below', Buffer.from('y'))).rejects.toThrow(/ENOTDIR/);
    await expect(store.write('file/further/below', Buffer.from('y'))).rejects.toThrow(/ENOTDIR/);
    await expect(store.write('folder', Buffer.from('y'))).rejects.toThrow(/EISDIR/);
    expect(await store.write('folder', Buffer.from('y'), { ifAbsent: true }), 'the name is taken').toBe(false);
    expect(filesIn(folder)).toEqual(['file']);
  });

  it('refuses a name that the disk cannot hold, and leaves nothing', async () => {
    const { folder, store } = newFolder();
    await expect(store.write('x'.repeat(300), Buffer.from('y'))).rejects.toThrow(/ENAMETOOLONG/);
    expect(filesIn(folder)).toEqual([]);
    await store.write('x'.repeat(250), Buffer.from('y'));
    expect(filesIn(folder)).toEqual(['x'.repeat(250)]);
  });

  it('says that it cannot be written to', async () => {
    // A folder of the kernel's: not even root can make a file in it.
    const store = localStore(new URL('file:///proc/self/'));
    await expect(store.write('endcap', Buffer.from('x'))).rejects.toThrow(/ENOENT|EACCES|EPERM|EROFS/);
    await expect(store.writer('endcap')).rejects.toThrow(/ENOENT|EACCES|EPERM|EROFS/);
    expect(await store.stat('endcap')).toBeNull();
  });

  it('lists files that are links, and no broken link or folder', async () => {
    const { folder, store } = newFolder();
    await store.write('real.csv', Buffer.from('a\n'));
    await store.write('sub/x.csv', Buffer.from('b\n'));
    symlinkSync(join(folder, 'real.csv'), join(folder, 'linked.csv'));
    symlinkSync(join(folder, 'sub'), join(folder, 'also-sub'));
    symlinkSync(join(folder, 'gone.csv'), join(folder, 'broken.csv'));
    const found = [];
    for await (const { key, size } of store.list('')) found.push([key, size]);
    expect(found).toEqual([
      ['linked.csv', 2],
      ['real.csv', 2],
      ['sub/x.csv', 2],
    ]);
  });

  it('shows when a file is changed in place', async () => {
    const { folder, store } = newFolder();
    await store.write('a', Buffer.from('x'));
    const before = (await store.stat('a'))!.generation;
    writeFileSync(join(folder, 'a'), 'xy');
    expect((await store.stat('a'))!.generation).not.toBe(before);
  });
});

it('an address of no known kind is refused with those that are', async () => {
  await expect(openStore('gs://bucket/')).rejects.toThrow(
    "no object store for 'gs://bucket/': expected file: or memory:",
  );
  expect(await openStore('memory:a')).toBe(await openStore('memory:a'));
  expect(await openStore('memory:a')).not.toBe(await openStore('memory:b'));
});

import { describe, expect, it } from 'vitest';
import { listOf } from '../test/random.ts';
import { NoObjectError, type ObjectStore, readJson, writeJson } from './store.ts';

/** The promises of ObjectStore, checked. A new kind of store is done when this passes on it. `open` gives an empty one. */
export function testObjectStore(name: string, open: () => Promise<ObjectStore>): void {
  describe(name, () => {
    describe('an object', () => testObjects(open));
    describe('several writers of one object', () => testRaces(open));
    describe('an object written piece by piece', () => testWriter(open));
    describe('a listing', () => testListing(open));
  });
}

async function keysOf(store: ObjectStore, prefix = ''): Promise<string[]> {
  const keys = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

/** A megabyte of one digit: a reader that sees half of a write sees two kinds of digits, or too few. */
const megabyte = (digit: number): Buffer => Buffer.alloc(1 << 20, String(digit));

function testObjects(open: () => Promise<ObjectStore>): void {
  it('is read back, whole and by range', async () => {
    const store = await open();
    expect(await store.write('a/b.bin', Buffer.from('hello world'))).toBe(true);
    expect((await store.read('a/b.bin')).toString()).toBe('hello world');
    expect((await store.read('a/b.bin', { start: 6, end: 9 })).toString()).toBe('wor');
    expect(await store.stat('a/b.bin')).toMatchObject({ key: 'a/b.bin', size: 11 });
  });

  it.each([
    [{ start: 0, end: 5 }, 'hello'],
    [{ start: 3, end: 100 }, 'lo'],
    [{ start: 3, end: Number.MAX_SAFE_INTEGER }, 'lo'],
    [{ start: 5, end: 6 }, ''],
    [{ start: 50, end: 60 }, ''],
    [{ start: 2, end: 2 }, ''],
  ])('read in the range %o gives the bytes it has there', async (range, expected) => {
    const store = await open();
    await store.write('a', Buffer.from('hello'));
    expect((await store.read('a', range)).toString()).toBe(expected);
  });

  it.each([
    [{ start: 0, end: 5 }, 'hello---'],
    [{ start: 1, end: 3 }, 'el------'],
    [{ start: 3, end: 11 }, 'lo------'],
    [{ start: 5, end: 6 }, '--------'],
    [{ start: 50, end: 58 }, '--------'],
  ])(
    'read in the range %o into memory gives the bytes it has there, and touches no others',
    async (range, expected) => {
      const store = await open();
      await store.write('a', Buffer.from('hello'));
      const memory = Buffer.alloc(16, '-');
      const read = await store.readInto('a', range, memory.subarray(4, 12));
      expect([memory.toString(), read]).toEqual([`----${expected}----`, expected.replaceAll('-', '').length]);
    },
  );

  it('is not read into memory that is too small', async () => {
    const store = await open();
    await store.write('a', Buffer.from('hello'));
    const memory = new Uint8Array(3);
    await expect(store.readInto('a', { start: 0, end: 4 }, memory)).rejects.toThrow(RangeError);
    expect(memory).toEqual(new Uint8Array(3));
    await expect(store.readInto('b', { start: 0, end: 3 }, memory)).rejects.toThrow(NoObjectError);
  });

  it('written piece by piece and closed, well or not, is left alone by an abort, and so is what was opened since', async () => {
    const store = await open();
    await store.write('taken/here', Buffer.from('x'));
    for (const key of ['a', 'taken']) {
      const writer = await store.writer(key);
      await writer.write(Buffer.from(key));
      await writer.close().catch(() => undefined);
      const next = await store.writer('next');
      await writer.abort();
      await next.write(Buffer.from('whole'));
      await next.close();
      expect(String(await store.read('next'))).toBe('whole');
    }
    expect(String(await store.read('a'))).toBe('a');
    expect(await keysOf(store, 'taken/')).toEqual(['taken/here']);
  });

  it('is what the bytes were when its write began', async () => {
    const store = await open();
    const bytes = megabyte(1);
    const written = [store.write('a', bytes), store.write('b', bytes, { flush: false })];
    bytes.fill('2');
    await Promise.all(written);
    const writer = await store.writer('c');
    const piece = writer.write(bytes);
    bytes.fill('3');
    await piece;
    await writer.close();
    const digits = await Promise.all(['a', 'b', 'c'].map(async key => String(await store.read(key))[1 << 19]));
    expect(digits).toEqual(['1', '1', '2']);
  });

  it('holds any bytes, and a name any characters', async () => {
    const store = await open();
    const bytes = Buffer.from(listOf(256, byte => byte));
    await store.write('päth/ü #1,2;%20.bin', bytes);
    expect(await store.read('päth/ü #1,2;%20.bin')).toEqual(bytes);
    expect(await keysOf(store)).toEqual(['päth/ü #1,2;%20.bin']);
  });

  it('may be empty, and is there', async () => {
    const store = await open();
    await store.write('empty', new Uint8Array(0));
    expect(await store.stat('empty')).toMatchObject({ size: 0 });
    expect(await store.read('empty')).toHaveLength(0);
    expect(await store.read('empty', { start: 0, end: 9 })).toHaveLength(0);
  });

  it('does not change when the bytes it was written from, or read into, change', async () => {
    const store = await open();
    const bytes = Buffer.from('abc');
    await store.write('a', bytes);
    bytes.fill('x');
    (await store.read('a')).fill('y');
    expect((await store.read('a')).toString()).toBe('abc');
  });

  it('that does not exist is missed by name', async () => {
    const store = await open();
    await store.write('a/b', Buffer.from('x'));
    for (const key of ['absent', 'a', 'a/b/c', 'absent/b']) {
      expect(await store.stat(key), key).toBeNull();
      await expect(store.read(key), key).rejects.toThrow(NoObjectError);
      await expect(store.read(key, { start: 0, end: 1 }), key).rejects.toMatchObject({ key });
      await expect(store.readInto(key, { start: 0, end: 1 }, new Uint8Array(1)), key).rejects.toMatchObject({ key });
      await store.remove(key);
    }
    expect(await readJson(store, 'absent')).toBeNull();
    expect(await keysOf(store)).toEqual(['a/b']);
  });

  it('is gone once it is removed, and may be written again', async () => {
    const store = await open();
    await store.write('a', Buffer.from('1'));
    await store.remove('a');
    expect(await store.stat('a')).toBeNull();
    expect(await keysOf(store)).toEqual([]);
    expect(await store.write('a', Buffer.from('2'), { ifAbsent: true })).toBe(true);
    expect((await store.read('a')).toString()).toBe('2');
  });

  it('is never outside of the store', async () => {
    const store = await open();
    for (const key of ['', '..', '../a', 'a/../../b', '/etc/hostname', 'a//b', 'a/', './a', 'a/./b']) {
      const refused = `not a key: '${key}'`;
      await expect(store.stat(key), key).rejects.toThrow(refused);
      await expect(store.read(key), key).rejects.toThrow(refused);
      await expect(store.readInto(key, { start: 0, end: 1 }, new Uint8Array(1)), key).rejects.toThrow(refused);
      await expect(store.write(key, Buffer.from('x')), key).rejects.toThrow(refused);
      await expect(store.writer(key), key).rejects.toThrow(refused);
      await expect(store.remove(key), key).rejects.toThrow(refused);
    }
    expect(await keysOf(store)).toEqual([]);
  });

  it('has another generation after each write, and the same in stat and list until then', async () => {
    const store = await open();
    const seen = new Set<string>();
    for (const text of ['aa', 'bb', 'bb', 'cc']) {
      await store.write('a', Buffer.from(text));
      const { generation } = (await store.stat('a'))!;
      seen.add(generation);
      expect((await store.stat('a'))!.generation).toBe(generation);
      for await (const found of store.list('')) expect(found.generation).toBe(generation);
    }
    expect(seen.size).toBe(4);
  });

  it('of JSON is read back', async () => {
    const store = await open();
    expect(await writeJson(store, 'a.json', { näme: [1, null] }, { ifAbsent: true })).toBe(true);
    expect(await writeJson(store, 'a.json', {}, { ifAbsent: true })).toBe(false);
    expect(await readJson(store, 'a.json')).toEqual({ näme: [1, null] });
  });
}

function testRaces(open: () => Promise<ObjectStore>): void {
  it.each([true, false])(
    'with ifAbsent have one winner, and the others learn that they lost (flush: %s)',
    async flush => {
      const store = await open();
      for (const key of ['lake/commits/clean.chunk/1.json', 'lake/commits/clean.chunk/2.json']) {
        const racers = listOf(20, i => store.write(key, Buffer.from(`racer ${i}`), { ifAbsent: true, flush }));
        const won = (await Promise.all(racers)).flatMap((ok, i) => (ok ? [i] : []));
        expect(won).toHaveLength(1);
        expect((await store.read(key)).toString()).toBe(`racer ${won[0]}`);
        expect(await store.write(key, Buffer.from('late'), { ifAbsent: true })).toBe(false);
        expect((await store.read(key)).toString()).toBe(`racer ${won[0]}`);
      }
      expect(await keysOf(store)).toHaveLength(2);
    },
  );

  it('are never seen half done', async () => {
    const store = await open();
    await store.write('a', megabyte(0));
    let writing = true;
    const writers = Promise.all(listOf(10, digit => store.write('a', megabyte(digit)))).finally(() => {
      writing = false;
    });
    let reads = 0;
    do {
      const bytes = await store.read('a');
      expect(bytes).toHaveLength(1 << 20);
      expect(bytes.equals(megabyte(Number(String.fromCharCode(bytes[0]!))))).toBe(true);
      reads++;
    } while (writing);
    await writers;
    expect(reads).toBeGreaterThan(0);
    expect(await keysOf(store)).toEqual(['a']);
  });

  it('of different objects in one folder do not disturb one another', async () => {
    const store = await open();
    await Promise.all(listOf(30, i => store.write(`new/folder/${i}`, Buffer.from(String(i)))));
    const texts = await Promise.all(listOf(30, async i => (await store.read(`new/folder/${i}`)).toString()));
    expect(texts).toEqual(listOf(30, String));
  });
}

function testWriter(open: () => Promise<ObjectStore>): void {
  it('is seen once it is closed, and whole', async () => {
    const store = await open();
    const writer = await store.writer('runs/big');
    const piece = Buffer.from('abc');
    await writer.write(piece);
    piece.fill('x');
    await writer.write(new Uint8Array(0));
    await writer.write(Buffer.from('def'));
    expect(await store.stat('runs/big')).toBeNull();
    expect(await keysOf(store)).toEqual([]);
    await writer.close();
    expect((await store.read('runs/big')).toString()).toBe('abcdef');
    expect(await keysOf(store)).toEqual(['runs/big']);
  });

  it('replaces an older one, which is seen until then', async () => {
    const store = await open();
    await store.write('a', Buffer.from('old'));
    const writer = await store.writer('a');
    await writer.write(Buffer.from('new'));
    expect((await store.read('a')).toString()).toBe('old');
    await writer.close();
    expect((await store.read('a')).toString()).toBe('new');
  });

  it('leaves nothing behind when it is given up', async () => {
    const store = await open();
    await store.write('kept', Buffer.from('old'));
    for (const key of ['kept', 'new']) {
      const writer = await store.writer(key);
      await writer.write(megabyte(1));
      await writer.abort();
    }
    expect(await keysOf(store)).toEqual(['kept']);
    expect((await store.read('kept')).toString()).toBe('old');
    expect(await store.stat('new')).toBeNull();
  });

  it('may be empty', async () => {
    const store = await open();
    await (await store.writer('a')).close();
    expect(await store.stat('a')).toMatchObject({ size: 0 });
  });
}

function testListing(open: () => Promise<ObjectStore>): void {
  it('is in the order of the bytes of keys, not of a language or of folders', async () => {
    const store = await open();
    const keys = ['a/b', 'a-b', 'a.b', 'B', 'a/a/z', 'ä', 'z', '\uffee', '🛒', '10', '9'];
    for (const key of keys) await store.write(key, Buffer.from(key));
    const byBytes = keys.map(key => Buffer.from(key).toString('hex')).sort();
    expect((await keysOf(store)).map(key => Buffer.from(key).toString('hex'))).toEqual(byBytes);
  });

  it('has the keys that begin with a prefix, which may end within a name', async () => {
    const store = await open();
    for (const key of ['t/1', 't/12', 't/2/1', 'u/1', 't'])
      await store.write(key === 't' ? 'tt' : key, Buffer.from('x'));
    expect(await keysOf(store, 't/')).toEqual(['t/1', 't/12', 't/2/1']);
    expect(await keysOf(store, 't/1')).toEqual(['t/1', 't/12']);
    expect(await keysOf(store, 't')).toEqual(['t/1', 't/12', 't/2/1', 'tt']);
    expect(await keysOf(store, 't/2/')).toEqual(['t/2/1']);
    for (const none of ['v', 'v/w/', 't/1/', 't/3']) expect(await keysOf(store, none), none).toEqual([]);
  });

  it('says what stat says', async () => {
    const store = await open();
    await store.write('a', Buffer.from('1'));
    await store.write('b/c', Buffer.from('22'));
    const found = [];
    for await (const object of store.list('')) found.push(object);
    expect(found).toEqual([await store.stat('a'), await store.stat('b/c')]);
  });

  it('of a store that nothing was written to is empty', async () => {
    expect(await keysOf(await open())).toEqual([]);
  });

  it('goes on when what it would list next is removed', async () => {
    const store = await open();
    for (const key of ['a', 'b', 'c']) await store.write(key, Buffer.from('x'));
    const seen = [];
    for await (const { key } of store.list('')) {
      seen.push(key);
      await store.remove('b');
    }
    expect(seen).toEqual(['a', 'c']);
  });
}

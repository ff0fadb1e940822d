import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { between, listOf, seeded } from '../test/random.ts';
import { decompress } from './decompress.ts';

const sourceOf = (name: string, bytes: Uint8Array) => ({
  name,
  size: bytes.length,
  read: async (start: number, end: number) => bytes.subarray(start, end),
});

async function contentOf(name: string, bytes: Uint8Array): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of decompress(sourceOf(name, bytes))) pieces.push(piece);
  return Buffer.concat(pieces);
}

const failureOf = (name: string, bytes: Uint8Array) =>
  contentOf(name, bytes).then(
    content => expect.fail(`${content.length} bytes were read`),
    error => error.details,
  );

/** Does not compress well, so that there are several pieces of input, too. */
const random = seeded(5);
const CONTENT = Buffer.from(listOf(3_000_000, () => between(random, 32, 126)));
const SMALL = Buffer.from('id,name\n1,Ann\n');

const KINDS = [
  ['gzip', 'a.csv.gz', (bytes: Buffer): Buffer => gzipSync(bytes)],
  [
    'zstd',
    'a.csv.ZST',
    (bytes: Buffer): Buffer => zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
  ],
] as const;

describe.each(KINDS)('a %s file', (kind, name, compress) => {
  it('gives its content', async () => {
    expect((await contentOf(name, compress(CONTENT))).equals(CONTENT)).toBe(true);
    expect(await contentOf(name, compress(SMALL))).toEqual(SMALL);
    expect(await contentOf(name, compress(Buffer.alloc(0)))).toHaveLength(0);
  });

  it('may be many files one behind the other, empty ones too', async () => {
    const cuts = [0, 1, 2, 1_000_000, 1_000_000, 2_500_000, CONTENT.length];
    const parts = cuts.slice(1).map((end, i) => compress(CONTENT.subarray(cuts[i], end)));
    expect((await contentOf(name, Buffer.concat(parts))).equals(CONTENT)).toBe(true);
  });

  it.each([1, 5, 12, 100])('that lacks its last %i bytes is refused', async missing => {
    for (const content of [SMALL, CONTENT]) {
      const whole = compress(content);
      if (missing >= whole.length) continue;
      const short = whole.subarray(0, whole.length - missing);
      const expected = { code: 'E_COMPRESSED', exitCode: 2, why: 'it ends too early: some of it is missing' };
      expect(await failureOf(name, short)).toMatchObject(expected);
      expect(await failureOf(name, Buffer.concat([whole, short])), 'in the second part').toMatchObject(expected);
    }
  });

  it('that is damaged is refused', async () => {
    const whole = compress(CONTENT);
    for (const place of [500_000, 1_500_000, whole.length - 3]) {
      const damaged = Buffer.from(whole);
      damaged[place]! ^= 0xff;
      const failure = await contentOf(name, damaged).then(
        content => content.equals(CONTENT),
        error => error.details,
      );
      expect(failure).toMatchObject({ code: 'E_COMPRESSED', next: expect.stringContaining(`${kind} -t '${name}'`) });
    }
  });

  it.each([
    ['something else', Buffer.from('and so on\n')],
    ['zeros', Buffer.alloc(512)],
  ])('with %s behind its end is refused', async (_what, garbage) => {
    const bytes = Buffer.concat([compress(SMALL), garbage]);
    expect(await failureOf(name, bytes)).toMatchObject({
      code: 'E_COMPRESSED',
      why: expect.stringContaining('something else'),
    });
  });

  it('that is another kind of file is refused', async () => {
    for (const [other, , compressOther] of [...KINDS, ['plain', '', (bytes: Buffer) => bytes] as const]) {
      if (other === kind) continue;
      const failure = await failureOf(name, compressOther(SMALL));
      expect(failure).toMatchObject({ code: 'E_COMPRESSED', why: expect.stringContaining(`no ${kind} file`) });
    }
    expect(await failureOf(name, Buffer.alloc(0))).toMatchObject({ code: 'E_COMPRESSED' });
  });

  it('is read no further than is asked for', async () => {
    const source = sourceOf(name, compress(CONTENT));
    let read = 0;
    const counting = {
      ...source,
      read(start: number, end: number) {
        read = end;
        return source.read(start, end);
      },
    };
    for await (const piece of decompress(counting)) {
      expect(CONTENT.indexOf(piece)).toBe(0);
      break;
    }
    expect(read).toBeLessThan(source.size);
  });

  it('hands on what reading it throws', async () => {
    const read = () => Promise.reject(new Error('the disk is gone'));
    const reading = decompress({ name, size: 10, read }).next();
    await expect(reading).rejects.toThrow('the disk is gone');
  });
});

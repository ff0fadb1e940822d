import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { createKernels } from '../../kernels/wasm.ts';
import { xxh64 } from '../../kernels/xxhash.ts';
import { memoryStore } from '../../lake/memory.ts';
import { type RangeScan, type ScanLimits, scanRange } from './scan.ts';

const LIMITS: ScanLimits = { recordBytes: 1000, multilineBytes: 1000, lineBytes: 20_000 };
const kernels = createKernels(1 << 22);

interface Asked {
  readonly start?: number;
  readonly end?: number;
  readonly first?: number | null;
  readonly generation?: string;
  readonly size?: number;
}

async function scanText(
  text: string,
  { start = 0, end, first = null, generation, size }: Asked = {},
): Promise<RangeScan> {
  const raw = memoryStore();
  await raw.write('a.csv', Buffer.from(text));
  const found = (await raw.stat('a.csv'))!;
  const input = {
    file: 'a.csv',
    unpacked: null,
    size: size ?? found.size,
    generation: generation ?? found.generation,
    delimiter: ',',
    range: { start, end: end ?? found.size },
    first,
  };
  const mark = kernels.mark();
  return scanRange(input, { raw, lake: raw, kernels }, LIMITS).finally(() => kernels.release(mark));
}

it('counts the records of a file and leaves out the header and blank lines', async () => {
  const text = '\n\nid,name\r\n1,a\r\n\r\n2,"b\nc"\n3,d';
  const { records, lines, header, start, end } = await scanText(text);
  expect({ records, lines, start, end }).toEqual({ records: 3, lines: 5, start: 11, end: text.length });
  expect(header).toMatchObject({ lines: 3 });
});

it('hashes the records that begin in the range, up to where the last of them ends', async () => {
  const text = 'id\none\ntwo\n"thr\nee"\nfour\n';
  const found = await scanText(text, { start: 4, end: 12 });
  expect(found).toMatchObject({ start: 7, end: 20, records: 2, lines: 3, header: null });
  const bytes = Buffer.from('two\n"thr\nee"\n');
  expect(found.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  kernels.bytes.set(bytes, kernels.mark());
  expect(found.checksum).toBe(xxh64(kernels, kernels.mark(), bytes.length).toString(16).padStart(16, '0'));
});

it.each([
  ['a line that begins with the range', 'a\nb\nc\n', { start: 2, end: 4 }, [2, 4, 1]],
  ['a line that begins one byte before it', 'a\nbb\nc\n', { start: 3, end: 7 }, [5, 7, 1]],
  ['a line that begins right behind it', 'a\nbb\nc\n', { start: 3, end: 5 }, [null, 5, 0]],
  ['no line feed', 'a\nbbbbbbb\n', { start: 4, end: 7 }, [null, 7, 0]],
  ['a line feed that ends the file', 'a\nbb\n', { start: 3, end: 5 }, [null, 5, 0]],
  ['a record known to begin within it', 'a\n"b\nc\nd"\ne\n', { start: 4, end: 12, first: 10 }, [10, 12, 1]],
  ['no header, though it is the first', 'a\nb\n', { start: 0, end: 4, first: 0 }, [0, 4, 2]],
])('a range with %s', async (_name, text, asked, [start, end, records]) => {
  expect(await scanText(text, asked)).toMatchObject({ start, end, records, header: null });
});

it.each([
  ['that is empty', '', { start: 0, end: 0, records: 0, lines: 0, header: { lines: 0 } }],
  ['that is one record', 'id,name', { start: 7, end: 7, records: 0, header: { lines: 1 } }],
  ['that is one line', 'id,name\n', { start: 8, end: 8, records: 0, header: { lines: 1 } }],
  ['of blank lines', '\n\r\n\n', { start: 4, end: 4, records: 0, header: { lines: 3 } }],
  ['of a byte order mark', '\ufeff', { start: 3, end: 3, records: 0, header: { lines: 0 } }],
  ['with a byte order mark before blank lines', '\ufeff\n\nid\n1\n', { start: 8, records: 1, header: { lines: 3 } }],
  ['whose header has quotes around a line break', '"a\nb",c\n1,2\n', { start: 8, records: 1, header: { lines: 2 } }],
])('a file %s', async (_name, text, expected) => expect(await scanText(text)).toMatchObject(expected));

it('reads on until the last record of the range ends', async () => {
  const long = 'x'.repeat(15_000);
  expect(await scanText(`id\n1\n${long}\n2\n`, { end: 6 })).toMatchObject({ start: 3, end: 15_006, records: 2 });
  expect(await scanText(`${long}\n1\n`, { end: 6 })).toMatchObject({ start: 15_001, end: 15_001, records: 0 });
});

it('refuses a file without line feeds', async () => {
  const error = await scanText(`id\n${'x'.repeat(25_000)}\n`, { end: 6 }).catch(reason => reason);
  expect(error.details).toMatchObject({ code: 'E_LONG', exitCode: 2, what: 'a.csv has no line break in 20000 bytes' });
  await expect(scanText('\n'.repeat(50_000), { end: 6 })).rejects.toThrow('E_LONG');
});

it('refuses to go on when the file is another one at the end', async () => {
  await expect(scanText('id\n1\n', { generation: 'of another content' })).rejects.toThrow('E_CHANGED');
  await expect(scanText('id\n1\n', { size: 9, end: 9 }), 'the file has become shorter').rejects.toThrow('E_CHANGED');
});

import { expect, it } from 'vitest';
import { createKernels } from '../../kernels/wasm.ts';
import { memoryStore } from '../../lake/memory.ts';
import { listOf, pick, seeded } from '../../test/random.ts';
import type { TaskContext } from '../registry.ts';
import type { FileScan } from './plan.ts';
import { type ScanShared, scan } from './scan.ts';

async function scanText(text: string, chunkBytes: number): Promise<FileScan> {
  const raw = memoryStore();
  await raw.write('a.csv', Buffer.from(text));
  const { size, generation } = (await raw.stat('a.csv'))!;
  const context = {
    shared: { chunkBytes },
    raw,
    lake: raw,
    kernels: createKernels(1 << 24),
    write: () => Promise.reject(new Error('a scan writes nothing')),
    scratch: () => Promise.reject(new Error('a scan writes nothing')),
  };
  return scan({ file: 'a.csv', size, generation, delimiter: ',' }, context as TaskContext<ScanShared>);
}

it('counts the records of a file and leaves out the header and blank lines', async () => {
  const { records, lines } = await scanText('\n\nid,name\r\n1,a\r\n\r\n2,"b\nc"\n3,d', 1 << 20);
  expect({ records, lines }).toEqual({ records: 3, lines: 8 });
});

it('gives an empty table no chunk', async () => {
  expect(await scanText('id,name\n', 1 << 20)).toMatchObject({ records: 0, chunks: [] });
  expect(await scanText('id,name', 1 << 20)).toMatchObject({ records: 0, chunks: [] });
});

it('cuts chunks that cover the same records with the same line numbers, whatever their size', async () => {
  const random = seeded(7);
  const cells = ['1', 'abc', '"x,y"', '"two\nlines"', '"a ""quote"""', '', '"broken', 'in"side'];
  const rows = listOf(
    400,
    () => `${pick(random, cells)},${pick(random, cells)}${pick(random, ['\n', '\r\n', '\n\n'])}`,
  );
  const text = `a,b\n${rows.join('')}`;
  const whole = await scanText(text, 1 << 20);
  for (const chunkBytes of [1, 17, 100, 1_000]) {
    const { chunks, records, sha256 } = await scanText(text, chunkBytes);
    expect(records).toBe(whole.records);
    expect(sha256).toBe(whole.sha256);
    for (const chunk of chunks) {
      const before = text.slice(0, chunk.start);
      expect(chunk.firstLine).toBe(before.split('\n').length);
      expect(before.endsWith('\n')).toBe(true);
    }
    expect(chunks.at(-1)!.end).toBe(text.length);
  }
});

it('refuses to go on when the file is another one at the end', async () => {
  const raw = memoryStore();
  await raw.write('a.csv', Buffer.from('id\n1\n'));
  const write = () => Promise.reject(new Error('unused'));
  const context = { shared: { chunkBytes: 1 }, raw, lake: raw, kernels: createKernels(1 << 24), write, scratch: write };
  const stale = { file: 'a.csv', size: 5, generation: 'of another content', delimiter: ',' };
  await expect(scan(stale, context as TaskContext<ScanShared>)).rejects.toThrow('E_CHANGED');
});

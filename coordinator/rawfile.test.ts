import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRawFile } from './rawfile.ts';

async function rawFile(content: string | Buffer) {
  const folder = await mkdtemp(join(tmpdir(), 'endcap-raw-'));
  await writeFile(join(folder, 'a.csv'), content);
  return (await openRawFile(folder, 'a.csv', ','))!;
}

describe('a raw file', () => {
  it('tells which record a line is part of', async () => {
    const raw = await rawFile('id,note\n1,"two\nlines ""quoted"""\r\n\n2,stray "quote\n3,"never closed\n4,last');
    const at = async (line: number) => {
      const found = await raw.recordAt(line);
      return 'lines' in found ? found : [found.line, found.index, found.text, found.blank];
    };
    expect(await at(1)).toEqual([1, 0, 'id,note', false]);
    expect(await at(2)).toEqual([2, 1, '1,"two\nlines ""quoted"""', false]);
    expect(await at(3)).toEqual(await at(2));
    expect(await at(4)).toEqual([4, 2, '', true]);
    expect(await at(5)).toEqual([5, 3, '2,stray "quote', false]);
    expect(await at(6)).toEqual([6, 4, '3,"never closed', false]);
    expect(await at(7)).toEqual([7, 5, '4,last', false]);
    expect(await at(8)).toEqual({ lines: 7 });
    await raw.close();
  });

  it('finds records beyond what one read holds', async () => {
    const raw = await rawFile(`h\n${'x'.repeat(700_000)}\n${'y'.repeat(700_000)}\nz\n`);
    expect(await raw.recordAt(3)).toMatchObject({ line: 3, text: 'y'.repeat(700_000) });
    expect(await raw.recordAt(4)).toMatchObject({ line: 4, text: 'z' });
    await raw.close();
  });

  it('gives a record only if it is still the one that was read', async () => {
    const raw = await rawFile(Buffer.from('h\r\n1,\xff\r\n2\r\n', 'latin1'));
    const place = { byte_offset: 3, byte_length: '5', original: '1,\ufffd' };
    expect(await raw.record(place)).toEqual(Buffer.from('1,\xff\r\n', 'latin1'));
    expect(await raw.record({ ...place, original: '1,x' })).toBeNull();
    expect(await raw.record({ ...place, byte_offset: 9 })).toBeNull();
    expect(await raw.header()).toEqual(Buffer.from('h\r\n'));
    await raw.close();
  });

  it('is null if it is gone', async () => {
    expect(await openRawFile('/nowhere', 'a.csv', ',')).toBeNull();
  });
});

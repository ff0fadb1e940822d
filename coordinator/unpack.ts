import { compressionOf } from '../base/compression.ts';
import type { UnpackInput } from '../jobs/clean/unpack.ts';
import type { Driver } from '../jobs/driver.ts';
import type { PartFile } from '../lake/manifest.ts';
import type { DiscoveredFile } from './discover.ts';

/** A file whose bytes can be read by ranges. */
export interface ReadableFile extends DiscoveredFile {
  /** Where the content of a compressed file rests; null for a plain file. */
  readonly unpacked: PartFile | null;
  /** Of the content. */
  readonly size: number;
}

/** Decompresses the files that need it; from here on, places in them are places in their content. */
export async function unpackFiles(driver: Driver, files: readonly DiscoveredFile[]): Promise<ReadableFile[]> {
  const compressed = files.filter(({ key }) => compressionOf(key));
  const parts = new Map<string, PartFile>();
  if (compressed.length > 0) {
    const outputs = await driver.stage<PartFile>({
      kind: 'clean.unpack',
      title: 'unpack',
      unit: 'files',
      shared: null,
      inputs: compressed.map(({ key: file, size, generation }): UnpackInput => ({ file, size, generation })),
    });
    compressed.forEach(({ key }, i) => {
      parts.set(key, outputs[i]!);
    });
  }
  return files.map(file => {
    const unpacked = parts.get(file.key) ?? null;
    return { ...file, unpacked, size: unpacked ? unpacked.bytes : file.size };
  });
}

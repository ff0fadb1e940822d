/** The content of a file of a folder, by position: of plain files and of compressed ones. */
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { compressionOf } from '../base/compression.ts';
import { decompress } from '../lake/decompress.ts';

export interface Content {
  /** `length` bytes from `start` on, fewer where the content ends. Of a compressed file it is best to go forward. */
  read(start: number, length: number): Promise<Buffer>;
  /** When the file was written last, in milliseconds since 1970. */
  readonly modifiedAt: number;
  close(): Promise<void>;
}

/** Throws what opening a file throws: ENOENT, EACCES … */
export async function openContent(folder: string, name: string): Promise<Content> {
  const file = await open(join(folder, name), 'r');
  const { mtimeMs: modifiedAt, size } = await file.stat();
  if (compressionOf(name) === null) {
    return { modifiedAt, read: (start, length) => readFile(file, start, length), close: () => file.close() };
  }
  const unpack = () => decompress({ name, size, read: (start, end) => readFile(file, start, end - start) });
  const reader = forwardReader(unpack);
  return {
    modifiedAt,
    read: reader.read,
    async close() {
      await reader.close();
      await file.close();
    },
  };
}

async function readFile(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, start);
  return bytes.subarray(0, bytesRead);
}

/** Reads a stream by position. It holds a piece or two, and begins again only to go back behind them. */
function forwardReader(open: () => AsyncGenerator<Buffer>) {
  let stream = open();
  let held: Buffer = Buffer.alloc(0);
  let heldStart = 0;
  const restart = async () => {
    await stream.return(undefined);
    stream = open();
    held = Buffer.alloc(0);
    heldStart = 0;
  };
  return {
    async read(start: number, length: number): Promise<Buffer> {
      if (start < heldStart) await restart();
      while (heldStart + held.length < start + length) {
        const { done, value } = await stream.next();
        if (done) break;
        const skipped = Math.min(held.length, start - heldStart);
        held = Buffer.concat([held.subarray(skipped), value]);
        heldStart += skipped;
      }
      return Buffer.from(held.subarray(start - heldStart, start - heldStart + length));
    },
    close: async () => void (await stream.return(undefined)),
  };
}

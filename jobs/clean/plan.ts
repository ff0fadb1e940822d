/** What is to be cleaned: files, their chunks, and what the planner counted in each. Data only. */
import type { PartFile } from '../../lake/manifest.ts';
import type { Source } from './source.ts';

export interface ChunkPlan {
  /** Bytes [start, end) of the file. */
  readonly start: number;
  readonly end: number;
  /** Number of the line at `start`, the file's first being 1. */
  readonly firstLine: number;
  /** Records, counted by the planner; the reader must find as many. */
  readonly records: number;
  /** What identifies the bytes. */
  readonly sha256: string;
  /** XXH64 of the bytes, as hexadecimal digits: tells whoever reads them whether they have changed. */
  readonly checksum: string;
}

export interface FileScan {
  readonly size: number;
  /** Hash of the header and of all chunks; equal for files that are cut alike and hold the same. */
  readonly sha256: string;
  readonly records: number;
  readonly chunks: readonly ChunkPlan[];
}

export interface FilePlan extends FileScan {
  readonly file: string;
  /** The content of a compressed file; places are places in it. Null for a plain file. */
  readonly unpacked: PartFile | null;
  readonly table: string;
  /** The store's name for the content that was scanned. */
  readonly generation: string;
  /** The name of the contract's column in each position; null where the contract has none. */
  readonly header: readonly (string | null)[];
}

/** One chunk of a file's plan as the input of a task. */
export const chunkInput = ({ file, header, unpacked }: Omit<FilePlan, 'generation'>, chunk: ChunkPlan): ChunkInput => ({
  ...chunk,
  file,
  header,
  // Of what was unpacked only this chunk matters: it is not cleaned again when the file has grown.
  unpacked: unpacked && { key: unpacked.key, sha256: chunk.sha256 },
});

/** One chunk as the input of a task. */
export interface ChunkInput extends ChunkPlan, Source {
  readonly header: readonly (string | null)[];
}

/** What is to be cleaned: files, their chunks, and what the planner counted in each. Data only. */

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
  readonly table: string;
  /** The store's name for the content that was scanned. */
  readonly generation: string;
  /** The name of the contract's column in each position; null where the contract has none. */
  readonly header: readonly (string | null)[];
}

/** One chunk as the input of a task. */
export interface ChunkInput extends ChunkPlan {
  readonly file: string;
  readonly header: readonly (string | null)[];
}

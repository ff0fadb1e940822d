/** Reading raw files, which others may change, move or remove meanwhile, and what was in compressed ones. */
import { UserError } from '../../base/errors.ts';
import type { PartFile } from '../../lake/manifest.ts';
import { type ByteRange, NoObjectError, type ObjectStore } from '../../lake/store.ts';
import type { TaskContext } from '../registry.ts';

/** Where the bytes of a raw file are. */
export interface Source {
  readonly file: string;
  /** Part of the lake with the content of a compressed file, and the hash of what is read of it; null for a plain file. */
  readonly unpacked: Pick<PartFile, 'key' | 'sha256'> | null;
}

type Stores = Pick<TaskContext, 'raw' | 'lake'>;

/** A file that changes while it is read would give counts of one content and rows of another. */
export async function assertUnchanged(
  raw: ObjectStore,
  { file, unpacked, generation }: Source & { readonly generation: string },
): Promise<void> {
  // What was in a compressed file has been written down once, and stays.
  if (unpacked) return;
  const now = await raw.stat(file);
  if (now?.generation !== generation) throw changed(file);
}

/** Reads raw bytes. A file that was there and is gone has changed, too. */
export async function readRaw(stores: Stores, source: Source, range: ByteRange): Promise<Buffer> {
  const { store, key } = placeOf(stores, source);
  return store.read(key, range).catch(error => {
    throw isGone(error, source) ? changed(source.file) : error;
  });
}

/** Reads raw bytes to where they are wanted. A file that has fewer of them than the plan says has changed. */
export async function readRawInto(stores: Stores, source: Source, range: ByteRange, target: Uint8Array): Promise<void> {
  const { store, key } = placeOf(stores, source);
  const read = await store.readInto(key, range, target).catch(error => {
    throw isGone(error, source) ? changed(source.file) : error;
  });
  if (read !== range.end - range.start) throw changed(source.file);
}

const placeOf = ({ raw, lake }: Stores, { file, unpacked }: Source) =>
  unpacked ? { store: lake, key: unpacked.key } : { store: raw, key: file };

const isGone = (error: unknown, { unpacked }: Source): boolean => !unpacked && error instanceof NoObjectError;

export const changed = (file: string): UserError =>
  new UserError({
    code: 'E_CHANGED',
    what: `${file} changed while it was being read`,
    unchanged: 'nothing was published; what other files gave is kept',
    next: 'wait until the file is complete, then run again',
    exitCode: 1,
  });

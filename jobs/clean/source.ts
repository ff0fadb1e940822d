/** Reading raw files, which others may change, move or remove meanwhile. */
import { UserError } from '../../base/errors.ts';
import { type ByteRange, NoObjectError, type ObjectStore } from '../../lake/store.ts';

/** A file that changes while it is read would give counts of one content and rows of another. */
export async function assertUnchanged(
  raw: ObjectStore,
  { file, generation }: { readonly file: string; readonly generation: string },
): Promise<void> {
  const now = await raw.stat(file);
  if (now?.generation !== generation) throw changed(file);
}

/** Reads raw bytes. A file that was there and is gone has changed, too. */
export async function readRaw(raw: ObjectStore, file: string, range: ByteRange): Promise<Buffer> {
  return raw.read(file, range).catch(error => {
    throw error instanceof NoObjectError ? changed(file) : error;
  });
}

/** Reads raw bytes to where they are wanted. A file that has fewer of them than the plan says has changed. */
export async function readRawInto(raw: ObjectStore, file: string, range: ByteRange, target: Uint8Array): Promise<void> {
  const read = await raw.readInto(file, range, target).catch(error => {
    throw error instanceof NoObjectError ? changed(file) : error;
  });
  if (read !== range.end - range.start) throw changed(file);
}

export const changed = (file: string): UserError =>
  new UserError({
    code: 'E_CHANGED',
    what: `${file} changed while it was being read`,
    unchanged: 'nothing was published; what other files gave is kept',
    next: 'wait until the file is complete, then run again',
    exitCode: 1,
  });

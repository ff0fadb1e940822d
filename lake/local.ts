import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  fsync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { type FileHandle, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { errnoOf } from '../base/errors.ts';
import { assertHolds, assertKey, NoObjectError, type ObjectStat, type ObjectStore } from './store.ts';

/** Names that begin so are unfinished writes: no listing shows them. Short and fixed, so that no key overflows NAME_MAX. */
const TEMPORARY = '.tmp-';

/**
 * Objects as files below a folder. A write goes to a temporary name beside its target (a rename is atomic only within
 * one file system), is flushed, and then renamed over it, or linked when it must not replace anything: `link` fails with
 * EEXIST for all but one of racing writers.
 */
export function localStore(root: URL): ObjectStore {
  const url = root.href.endsWith('/') ? root.href : `${root.href}/`;
  const folder = fileURLToPath(url);
  const pathOf = (key: string): string => {
    assertKey(key);
    return join(folder, key);
  };

  return {
    url,
    async stat(key) {
      return statFile(pathOf(key), key);
    },
    async read(key, range) {
      return withFile(pathOf(key), { key, url }, async (file, size) => {
        const start = range?.start ?? 0;
        const bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(range?.end ?? size, size) - start));
        return bytes.subarray(0, await fill(file, start, bytes));
      });
    },
    // At once, not by a promise: the bytes are mostly in the system's memory, and handing the call to another thread and
    // back takes several times as long as the copy. Whoever reads so works on a thread where nothing else waits.
    async readInto(key, range, target) {
      assertHolds(target, range);
      const file = openAtOnce(pathOf(key), { key, url });
      try {
        const found = fstatSync(file);
        if (!found.isFile()) throw new NoObjectError(key, url);
        const length = Math.max(0, Math.min(range.end, found.size) - range.start);
        let filled = 0;
        while (filled < length) {
          const read = readSync(file, target, filled, length - filled, range.start + filled);
          if (read === 0) break;
          filled += read;
        }
        return filled;
      } finally {
        closeSync(file);
      }
    },
    // The bytes are taken at once, for the same reason: what waits is only the flushing.
    async write(key, bytes, { ifAbsent = false, flush = true } = {}) {
      const target = pathOf(key);
      if (ifAbsent && statSync(target, { throwIfNoEntry: false })?.isFile()) return false;
      const begun = writeBegun(target, bytes);
      return flush ? finishFlushed(begun, target, ifAbsent) : finish(begun, target, ifAbsent);
    },
    async writer(key) {
      const target = pathOf(key);
      const begun = beginWrite(target);
      return {
        write: async bytes => writeAll(begun, bytes),
        close: async () => void (await finishFlushed(begun, target, false)),
        abort: async () => abandon(begun),
      };
    },
    async *list(prefix) {
      yield* listFiles(folder, prefix);
    },
    async remove(key) {
      const path = pathOf(key);
      if (await statFile(path, key)) await rm(path, { force: true });
    },
  };
}

/** No file of that name, or a file where its folder would be. */
const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '');

/** A file that is being written beside its target. */
interface Begun {
  readonly path: string;
  readonly file: number;
  /** The first folder that had to be made for it. */
  readonly made: string | undefined;
  /** Its number may be another file's by now, in any thread. */
  closed: boolean;
}

function beginWrite(target: string): Begun {
  const path = join(dirname(target), TEMPORARY + randomBytes(12).toString('hex'));
  const openNew = () => openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY);
  try {
    return { path, file: openNew(), made: undefined, closed: false };
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    const made = mkdirSync(dirname(target), { recursive: true });
    return { path, file: openNew(), made, closed: false };
  }
}

function writeBegun(target: string, bytes: Uint8Array): Begun {
  const begun = beginWrite(target);
  try {
    writeAll(begun, bytes);
    return begun;
  } catch (error) {
    abandon(begun);
    throw error;
  }
}

function writeAll({ file }: Begun, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

function closeOnce(begun: Begun): void {
  if (begun.closed) return;
  begun.closed = true;
  closeSync(begun.file);
}

/** Leaves nothing of it behind; does nothing when it has been finished. */
function abandon(begun: Begun): void {
  try {
    closeOnce(begun);
  } catch {
    // What went wrong before is what matters.
  }
  rmSync(begun.path, { force: true });
}

/** Gives the file its name; false when `ifAbsent` is set and another has it. */
function finish(begun: Begun, target: string, ifAbsent: boolean): boolean {
  const { path } = begun;
  try {
    closeOnce(begun);
    if (!ifAbsent) renameSync(path, target);
    else linkSync(path, target);
    return true;
  } catch (error) {
    if (ifAbsent && errnoOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(path, { force: true });
  }
}

const flushed = promisify(fsync);

/** The same after its bytes are on the disk; and then its name, and the folders that were made for it, get there too. */
async function finishFlushed(begun: Begun, target: string, ifAbsent: boolean): Promise<boolean> {
  try {
    await flushed(begun.file);
  } catch (error) {
    abandon(begun);
    throw error;
  }
  const won = finish(begun, target, ifAbsent);
  let folder = dirname(target);
  await syncFolder(folder);
  while (begun.made && folder.length >= begun.made.length) {
    folder = dirname(folder);
    await syncFolder(folder);
  }
  return won;
}

function openAtOnce(path: string, { key, url }: { readonly key: string; readonly url: string }): number {
  try {
    return openSync(path, constants.O_RDONLY);
  } catch (error) {
    throw isMissing(error) ? new NoObjectError(key, url, { cause: error }) : error;
  }
}

/** Opens an object for as long as `use` needs it. */
async function withFile<Result>(
  path: string,
  { key, url }: { readonly key: string; readonly url: string },
  use: (file: FileHandle, size: number) => Promise<Result>,
): Promise<Result> {
  const file = await open(path, constants.O_RDONLY).catch((error: unknown) => {
    throw isMissing(error) ? new NoObjectError(key, url, { cause: error }) : error;
  });
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new NoObjectError(key, url);
    return await use(file, found.size);
  } finally {
    await file.close();
  }
}

/** Fills `target` with what the file has from `start` on, and returns how much that was. */
async function fill(file: FileHandle, start: number, target: Uint8Array): Promise<number> {
  let filled = 0;
  while (filled < target.length) {
    const { bytesRead } = await file.read(target, filled, target.length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

/** Makes a new name survive a power cut; file systems that cannot flush a folder say so and are believed. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, constants.O_RDONLY);
    await folder.sync().finally(() => folder.close());
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'EISDIR', 'EACCES'].includes(errnoOf(error) ?? '')) throw error;
  }
}

async function statFile(path: string, key: string): Promise<ObjectStat | null> {
  try {
    const file = await stat(path, { bigint: true });
    if (!file.isFile()) return null;
    return { key, size: Number(file.size), generation: `${file.ino}-${file.mtimeNs}-${file.ctimeNs}-${file.size}` };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Files, and links to files, whose key begins with the prefix, by the bytes of their keys. */
async function* listFiles(folder: string, prefix: string): AsyncIterable<ObjectStat> {
  const base = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  let entries: Dirent[];
  try {
    entries = await readdir(join(folder, base), { recursive: true, withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  const keys = entries
    .filter(entry => !entry.isDirectory() && !entry.name.startsWith(TEMPORARY))
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length))
    .filter(key => key.startsWith(prefix))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (const key of keys) {
    const found = await statFile(join(folder, key), key);
    if (found) yield found;
  }
}

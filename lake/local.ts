import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { type FileHandle, link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errnoOf } from '../base/errors.ts';
import {
  assertHolds,
  assertKey,
  NoObjectError,
  type ObjectStat,
  type ObjectStore,
  type ObjectWriter,
} from './store.ts';

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
    async write(key, bytes, { ifAbsent = false, flush = true } = {}) {
      if (!flush) return writeAtOnce(pathOf(key), bytes, ifAbsent);
      if (ifAbsent && (await statFile(pathOf(key), key))) return false;
      const writer = await openWriter(pathOf(key), { ifAbsent, flush });
      try {
        await writer.write(bytes);
      } catch (error) {
        await writer.abort();
        throw error;
      }
      await writer.close();
      return writer.won();
    },
    async writer(key) {
      return openWriter(pathOf(key), { ifAbsent: false, flush: true });
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

const NEW = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY;

const temporaryBeside = (target: string): string => join(dirname(target), TEMPORARY + randomBytes(12).toString('hex'));

async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, NEW);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    const first = await mkdir(dirname(path), { recursive: true });
    // A new folder survives a power cut only when the one it is in has been flushed.
    for (let folder = dirname(path); first && folder.length >= first.length; ) {
      folder = dirname(folder);
      await syncFolder(folder);
    }
    return open(path, NEW);
  }
}

/**
 * Bytes that need not reach the disk are copied to the system's memory: at once, for the reason of `readInto`. The caller's
 * own memory is free again when this returns.
 */
function writeAtOnce(target: string, bytes: Uint8Array, ifAbsent: boolean): boolean {
  const temporary = temporaryBeside(target);
  mkdirSync(dirname(target), { recursive: true });
  const file = openSync(temporary, NEW);
  try {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    } finally {
      closeSync(file);
    }
    if (!ifAbsent) renameSync(temporary, target);
    else linkSync(temporary, target);
    return true;
  } catch (error) {
    if (ifAbsent && errnoOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Writes beside the target until it is closed; `won` says whether the target is what was written. */
async function openWriter(
  target: string,
  { ifAbsent, flush }: { readonly ifAbsent: boolean; readonly flush: boolean },
): Promise<ObjectWriter & { readonly won: () => boolean }> {
  const temporary = temporaryBeside(target);
  const file = await openNew(temporary);
  let won = true;
  const abort = async () => {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
  };
  return {
    won: () => won,
    async write(bytes) {
      for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
    },
    async close() {
      try {
        if (flush) await file.sync();
        await file.close();
        if (ifAbsent) {
          won = await linkIfAbsent(temporary, target);
          await rm(temporary);
        } else await rename(temporary, target);
        if (flush) await syncFolder(dirname(target));
      } catch (error) {
        await abort();
        throw error;
      }
    },
    abort,
  };
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

async function linkIfAbsent(temporary: string, target: string): Promise<boolean> {
  try {
    await link(temporary, target);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
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

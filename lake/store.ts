/**
 * A flat namespace of immutable objects: the only view of a disk or a bucket that the rest has.
 *
 * Every store keeps these promises (store.conformance.ts):
 * - a write is atomic: a reader sees the whole object or none of it, and what is written survives a power cut, unless
 *   the writer says that it need not;
 * - `ifAbsent` lets exactly one of any number of racing writers win: it is how tasks and runs commit;
 * - a listing includes every object whose write finished before it began, in the order of its key's bytes;
 * - a generation changes whenever the content of an object may have changed.
 */
export interface ObjectStore {
  /** `file:///srv/shop/`, `memory:name`; ends with `/` where keys continue it as a path. */
  readonly url: string;
  stat(key: string): Promise<ObjectStat | null>;
  /** The object, or those of its bytes that lie in [start, end). Throws NoObjectError when there is none. */
  read(key: string, range?: ByteRange): Promise<Buffer>;
  /**
   * Reads the bytes [start, end) to the beginning of `target`, such as the kernels' memory, and returns how many there
   * were: fewer only where the object ends. Throws NoObjectError, and a RangeError when `target` is too small.
   */
  readInto(key: string, range: ByteRange, target: Uint8Array): Promise<number>;
  /**
   * Returns false, writing nothing, when `ifAbsent` is set and the key is taken. The bytes are the caller's again as soon as
   * the call returns its promise.
   */
  write(key: string, bytes: Uint8Array, options?: WriteOptions): Promise<boolean>;
  /** Writes a new object piece by piece; nobody sees it before `close`. */
  writer(key: string): Promise<ObjectWriter>;
  list(prefix: string): AsyncIterable<ObjectStat>;
  /** Does nothing when there is no such object. */
  remove(key: string): Promise<void>;
}

export interface ObjectStat {
  readonly key: string;
  readonly size: number;
  /** Names this very content: another write of the key has another generation. */
  readonly generation: string;
}

export interface WriteOptions {
  /** Write only if no object has the key. */
  readonly ifAbsent?: boolean;
  /**
   * False for what can be made again: a power cut soon after may leave the object short or empty, and whoever reads it
   * has to look whether it is whole. (Default: true)
   */
  readonly flush?: boolean;
}

/** Bytes [start, end). */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface ObjectWriter {
  /** The bytes are the caller's again as soon as the call returns its promise. */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes the object visible, whole. */
  close(): Promise<void>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

export class NoObjectError extends Error {
  override readonly name = 'NoObjectError';
  readonly key: string;
  constructor(key: string, url: string, options?: ErrorOptions) {
    super(`no object '${key}' in ${url}`, options);
    this.key = key;
  }
}

/** Refuses what would lead out of the store, or to one object under two names. */
export function assertKey(key: string): void {
  if (!key.split('/').some(part => part === '' || part === '.' || part === '..')) return;
  throw new Error(`not a key: '${key}'`);
}

/** Refuses a range that `target` cannot hold: what is cut off silently is missed much later. */
export function assertHolds(target: Uint8Array, { start, end }: ByteRange): void {
  if (end - start > target.length) throw new RangeError(`${target.length} bytes do not hold ${end - start}`);
}

const decoder = new TextDecoder();

/** A JSON document, or null when there is none. The caller knows its type: the key said so. */
export async function readJson<T>(store: ObjectStore, key: string): Promise<T | null> {
  try {
    return JSON.parse(decoder.decode(await store.read(key))) as T;
  } catch (error) {
    if (error instanceof NoObjectError) return null;
    throw error;
  }
}

export function writeJson(store: ObjectStore, key: string, value: unknown, options?: WriteOptions): Promise<boolean> {
  return store.write(key, Buffer.from(JSON.stringify(value)), options);
}

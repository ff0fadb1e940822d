import { assertHolds, assertKey, NoObjectError, type ObjectStore } from './store.ts';

/** The reference store: what the others must agree with. */
export function memoryStore(url = 'memory:'): ObjectStore {
  const objects = new Map<string, { bytes: Buffer; generation: string }>();
  let writes = 0;
  const put = (key: string, bytes: Uint8Array) =>
    objects.set(key, { bytes: Buffer.from(bytes), generation: String(++writes) });
  return {
    url,
    async stat(key) {
      assertKey(key);
      const found = objects.get(key);
      return found ? { key, size: found.bytes.length, generation: found.generation } : null;
    },
    async read(key, range) {
      assertKey(key);
      const found = objects.get(key);
      if (!found) throw new NoObjectError(key, url);
      return Buffer.from(range ? found.bytes.subarray(range.start, range.end) : found.bytes);
    },
    async readInto(key, range, target) {
      assertKey(key);
      assertHolds(target, range);
      const found = objects.get(key);
      if (!found) throw new NoObjectError(key, url);
      const bytes = found.bytes.subarray(range.start, range.end);
      target.set(bytes);
      return bytes.length;
    },
    async write(key, bytes, { ifAbsent = false } = {}) {
      assertKey(key);
      if (ifAbsent && objects.has(key)) return false;
      put(key, bytes);
      return true;
    },
    async writer(key) {
      assertKey(key);
      const pieces: Buffer[] = [];
      return {
        write: async bytes => void pieces.push(Buffer.from(bytes)),
        close: async () => void put(key, Buffer.concat(pieces)),
        abort: async () => undefined,
      };
    },
    async *list(prefix) {
      const keys = [...objects.keys()].filter(key => key.startsWith(prefix));
      for (const key of keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
        const found = objects.get(key);
        if (found) yield { key, size: found.bytes.length, generation: found.generation };
      }
    },
    async remove(key) {
      assertKey(key);
      objects.delete(key);
    },
  };
}

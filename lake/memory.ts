import { NoObjectError, type ObjectStore } from './store.ts';

/** The reference store: what the others must agree with. */
export function memoryStore(url = 'memory:'): ObjectStore {
  const objects = new Map<string, { bytes: Buffer; generation: string }>();
  let writes = 0;
  const put = (key: string, bytes: Uint8Array) =>
    objects.set(key, { bytes: Buffer.from(bytes), generation: String(++writes) });
  return {
    url,
    async stat(key) {
      const found = objects.get(key);
      return found ? { key, size: found.bytes.length, generation: found.generation } : null;
    },
    async read(key, range) {
      const found = objects.get(key);
      if (!found) throw new NoObjectError(key, url);
      return Buffer.from(range ? found.bytes.subarray(range.start, range.end) : found.bytes);
    },
    async write(key, bytes, { ifAbsent = false } = {}) {
      if (ifAbsent && objects.has(key)) return false;
      put(key, bytes);
      return true;
    },
    async writer(key) {
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
        const { bytes, generation } = objects.get(key)!;
        yield { key, size: bytes.length, generation };
      }
    },
    async remove(key) {
      objects.delete(key);
    },
  };
}

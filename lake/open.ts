import { usageError } from '../base/errors.ts';
import type { ObjectStore } from './store.ts';

/** Stores in memory, by address: everyone in this process who opens one gets the same. */
const memories = new Map<string, ObjectStore>();

/** Opens the store that an address names. A new kind of store is one file and one line here. */
export async function openStore(url: string): Promise<ObjectStore> {
  switch (url.slice(0, url.indexOf(':') + 1)) {
    case 'file:':
      return (await import('./local.ts')).localStore(new URL(url));
    case 'memory:': {
      const { memoryStore } = await import('./memory.ts');
      const store = memories.get(url) ?? memoryStore(url);
      memories.set(url, store);
      return store;
    }
    default:
      throw usageError(`no object store for '${url}': expected file: or memory:`);
  }
}

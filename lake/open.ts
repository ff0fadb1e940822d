import { usageError } from '../base/errors.ts';
import type { ObjectStore } from './store.ts';

/** Opens the store that an address names. A new kind of store is one file and one line here. */
export async function openStore(url: string): Promise<ObjectStore> {
  switch (url.slice(0, url.indexOf(':') + 1)) {
    case 'file:':
      return (await import('./local.ts')).localStore(new URL(url));
    default:
      throw usageError(`no object store for '${url}': expected file:`);
  }
}

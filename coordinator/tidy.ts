import { layout } from '../lake/layout.ts';
import type { ObjectStore } from '../lake/store.ts';
import { listPublications } from './status.ts';

/** Removes warehouses that no publication names: of runs that were killed or refused. Their parts stay reusable. */
export async function tidyWarehouses(lake: ObjectStore): Promise<void> {
  const named = new Set((await listPublications(lake)).map(({ warehouse }) => warehouse));
  const files: string[] = [];
  for await (const { key } of lake.list(layout.warehouses)) files.push(key);
  for (const key of files) if (!named.has(key)) await lake.remove(key);
}

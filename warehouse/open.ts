/** The way into the warehouse. The engine is loaded when first needed: it is 68 MB, and most verbs do without it. */
import type { Build, BuildOptions, Warehouse } from './warehouse.ts';

/** Begins a publication in a new DuckDB file. */
export async function openBuild(options: BuildOptions): Promise<Build> {
  const { openDuckBuild } = await import('./duckdb.ts');
  return openDuckBuild(options);
}

/** Opens a finished publication, read-only. `lakeDir` is the project folder, wherever it is now. */
export async function openWarehouse(file: string, lakeDir: string): Promise<Warehouse> {
  const { openDuckWarehouse } = await import('./duckdb.ts');
  return openDuckWarehouse(file, lakeDir);
}

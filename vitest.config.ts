import { defineConfig } from 'vitest/config';

/** What `npm test` runs: everything but the campaigns, which take hours. */
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/.endcap/**'],
    // Processes, not threads: DuckDB and the worker pools of tests must not share one address space.
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

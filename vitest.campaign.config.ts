import { defineConfig } from 'vitest/config';

/** `npm run campaign`: long matrices of chunk sizes, threads and kills, one file after the other. */
export default defineConfig({
  test: {
    include: ['test/**/*.campaign.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 60 * 60_000,
    hookTimeout: 10 * 60_000,
  },
});

/** The compiled reader against the plain one, on files that nobody would write. The same cases each time: see fuzz.campaign.ts. */
import { expect, test } from 'vitest';
import { fileHeads } from './fuzz/files.ts';
import { fuzz } from './fuzz/fuzz.ts';

const heads = fileHeads();

test('there are files to damage', () => expect(heads.length).toBeGreaterThan(10));

/** About half a minute on a core. */
const CASES = 9_500;

test.each([1, 2, 3, 4])(`${CASES} files of seed %i,000,000 are read alike`, { timeout: 300_000 }, part =>
  fuzz(heads, { cases: CASES, seed: part * 1_000_000 }),
);

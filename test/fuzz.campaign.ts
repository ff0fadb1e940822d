/** The compiled reader against the plain one for hours: ENDCAP_FUZZ_CASES files from ENDCAP_SEED on. */
import { test } from 'vitest';
import { fileHeads } from './fuzz/files.ts';
import { fuzz } from './fuzz/fuzz.ts';

const CASES = Number(process.env.ENDCAP_FUZZ_CASES ?? 10_000_000);
const SEED = Number(process.env.ENDCAP_SEED ?? 20_261_121);

test(`${CASES} files from seed ${SEED} on`, { timeout: 24 * 3_600_000 }, () => {
  fuzz(fileHeads(), { cases: CASES, seed: SEED });
  console.log(`${CASES} files from seed ${SEED} on: no difference`);
});

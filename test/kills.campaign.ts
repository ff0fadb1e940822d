/** Fifty runs killed at random moments of the clock, each on a project of its own, each continued to the same bytes. */
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generateGrocery } from '../datasets/grocery/generate.ts';
import { commitsOf, expectWholePublication, publishedHashes, runUntil, storeOf } from './killing.ts';
import { seeded } from './random.ts';
import { useFolders } from './support.ts';

const newFolder = useFolders();
const KILLS = Number(process.env.ENDCAP_KILLS ?? 50);
const SEED = Number(process.env.ENDCAP_SEED ?? 20_261_121);

test(`${KILLS} kills with seed ${SEED}`, { timeout: 3_600_000 }, async () => {
  const input = join(await newFolder(), 'raw');
  await mkdir(input);
  const options = { rows: 60_000, customers: 3_000, seed: 5, dirt: 0.02 };
  await generateGrocery(options, (file, bytes) => appendFile(join(input, file), bytes));
  const undisturbed = await newFolder();
  const whole = await runUntil(input, undisturbed, Number.POSITIVE_INFINITY);
  const expected = await publishedHashes(undisturbed);
  const random = seeded(SEED);
  let published = 0;
  let kept = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const project = await newFolder();
    const lake = await storeOf(project);
    await runUntil(input, project, 1 + Math.floor(random() * (whole.events.length - 1)));
    published += await expectWholePublication(project);
    const commits = await commitsOf(lake);
    kept += commits.size;
    await runUntil(input, project, Number.POSITIVE_INFINITY);
    const after = await commitsOf(lake);
    for (const [key, generation] of commits) expect(after.get(key), key).toBe(generation);
    expect(await expectWholePublication(project)).toBe(1);
    expect(await publishedHashes(project)).toEqual(expected);
  }
  console.log(
    `${KILLS} kills, seed ${SEED}: ${kept} commits kept, none computed again; ${published} had published already`,
  );
});

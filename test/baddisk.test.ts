/** A disk that fills up in the middle of a run: the run ends with a clear error, and goes on when there is room again. */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errnoOf } from '../base/errors.ts';
import type { RunEvent } from '../coordinator/events.ts';
import { failureOf, saleLine, shopFiles, smallShop } from './shop.ts';
import {
  hashesOf,
  martDigests,
  type Published,
  publicationsOf,
  publishFrom,
  RUN_MS,
  useFolders,
  writeFiles,
} from './support.ts';

const folder = useFolders();

let input: string;
let undisturbed: Published;
beforeAll(async () => {
  const shop = smallShop();
  shop.sales[9] = saleLine(9, { quantity: 'x' });
  input = await writeFiles(await folder(), shopFiles(shop));
  undisturbed = await publishFrom({ input, project: await folder() });
}, RUN_MS);
afterAll(() => undisturbed?.close());

/** Only root may, and not in every container. */
const canMount = await (async () => {
  const probe = mount(await folder());
  probe?.unmount();
  if (!probe) console.warn('no file system can be mounted here, so that a full disk is not tested');
  return probe !== null;
})();

/** A disk of 32 MB in this folder, or null. */
function mount(path: string) {
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', path]);
  if (status !== 0) return null;
  const filler = join(path, 'filler');
  return {
    fill() {
      for (let size = 1 << 20; size >= 1; ) {
        try {
          appendFileSync(filler, Buffer.alloc(size));
        } catch (error) {
          if (errnoOf(error) !== 'ENOSPC') throw error;
          size = Math.floor(size / 16);
        }
      }
    },
    makeRoom: () => rmSync(filler),
    unmount: () => execFileSync('umount', [path]),
  };
}

describe.skipIf(!canMount)('a disk that is full', () => {
  it.each(['clean.scan', 'clean.chunk', 'clean.dimension', 'marts', 'checks'])(
    'after %s stops the run; with room again it goes on to the same data, and computes nothing twice',
    async stage => {
      const project = await folder();
      const disk = mount(project)!;
      try {
        const onEvent = (event: RunEvent) => {
          if (event.ev === 'stage.finished' && event.stage === stage) disk.fill();
        };
        const error = await failureOf({ input, project, onEvent });
        expect(error).toMatchObject({ code: 'E_DISK', exitCode: 1, what: 'the disk is full' });
        expect(error.unchanged).toContain('nothing was published');
        expect(await publicationsOf(project)).toEqual([]);
        disk.makeRoom();
        await expectSameData(project, stage);
      } finally {
        disk.unmount();
      }
    },
    RUN_MS,
  );
});

/** Runs again: the stages up to this one are not computed again, and the data is that of an undisturbed run. */
async function expectSameData(project: string, stage: string): Promise<void> {
  const computed = new Map<string, number>();
  const onEvent = (event: RunEvent) => {
    if (event.ev === 'stage.finished') computed.set(event.stage, event.computed);
  };
  const published = await publishFrom({ input, project, onEvent });
  try {
    const stages = [...computed.keys()];
    const finished = stages.slice(0, stages.indexOf(stage) + 1).filter(name => name.startsWith('clean.'));
    expect(finished.map(name => computed.get(name))).toEqual(finished.map(() => 0));
    expect(hashesOf(published)).toEqual(hashesOf(undisturbed));
    expect(await martDigests(published)).toEqual(await martDigests(undisturbed));
  } finally {
    await published.close();
  }
}

describe('a limit on the size of files', () => {
  it(
    'stops the run with what the system said, and a run without it publishes',
    async () => {
      const project = await folder();
      const module = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
      const source = `
      import { run } from ${module('../coordinator/run.ts')};
      import { failureDetails } from ${module('../coordinator/failure.ts')};
      const [input, project] = process.argv.slice(1);
      const error = await run({ input, project, threads: 0 }).then(() => null, error => error);
      console.log(JSON.stringify(error && failureDetails(error, input)));`;
      // 64 blocks: 32 or 64 KB, whichever the shell has.
      const command = 'ulimit -f 64 && exec "$0" --input-type=module -e "$1" "$2" "$3"';
      const { stdout } = spawnSync('sh', ['-c', command, process.execPath, source, input, project], {
        encoding: 'utf8',
      });
      const error = JSON.parse(stdout);
      expect(error).toMatchObject({ exitCode: 1 });
      expect(JSON.stringify(error)).toMatch(/file too large/i);
      expect(await publicationsOf(project)).toEqual([]);
      await expectSameData(project, 'none');
    },
    RUN_MS,
  );
});

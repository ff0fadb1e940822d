/** setup.mjs in a folder of its own, with an npm that only takes notes. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';

const SETUP = resolve(import.meta.dirname, '..', 'setup.mjs');

let root: string;
let notes: string;

/** Half a second long, and it empties node_modules first, as npm does. */
const NPM = (notes: string, code: number) => `#!/bin/sh
echo begin >> ${notes}
if [ ${code} != 0 ]; then echo "npm error code ENETUNREACH" >&2; exit ${code}; fi
rm -rf node_modules; mkdir -p node_modules; sleep 0.5
cp package-lock.json node_modules/.package-lock.json
echo end >> ${notes}
`;

const LOCK = {
  packages: { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/t': { version: '2.0.0', dev: true } },
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'endcap-setup-'));
  notes = join(root, 'notes');
  mkdirSync(join(root, 'bin'));
  cpSync(SETUP, join(root, 'setup.mjs'));
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify(LOCK));
  fakeNpm(0);
});

const fakeNpm = (code: number) => writeFileSync(join(root, 'bin', 'npm'), NPM(notes, code), { mode: 0o755 });

const installs = (): number =>
  existsSync(notes)
    ? readFileSync(notes, 'utf8')
        .split('\n')
        .filter(line => line === 'begin').length
    : 0;

function setup(): Promise<{ code: number | null; err: string }> {
  const path = [join(root, 'bin'), dirname(process.execPath), process.env.PATH].join(':');
  const env = { ...process.env, PATH: path, npm_execpath: '' };
  const child = spawn(process.execPath, [join(root, 'setup.mjs')], { cwd: tmpdir(), env });
  let err = '';
  child.stderr.on('data', piece => {
    err = `${err}${piece}`;
  });
  return new Promise(done => child.on('close', code => done({ code, err })));
}

describe('setup', () => {
  it('installs once, says why, and is silent from then on', async () => {
    const first = await setup();
    expect(first).toEqual({
      code: 0,
      err: expect.stringMatching(/^endcap: installing .*this clone has no packages yet.*\n$/),
    });
    expect(readlinkSync(join(root, 'node_modules/.bin/endcap'))).toBe('../../cli/endcap.mjs');
    expect(await setup()).toEqual({ code: 0, err: '' });
    expect(installs()).toBe(1);
  });

  it('lets only one of several processes install', async () => {
    const all = await Promise.all([setup(), setup(), setup(), setup()]);
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(installs()).toBe(1);
    expect(existsSync(join(root, '.endcap/setup.lock'))).toBe(false);
  });

  it('takes over from one that was killed', async () => {
    mkdirSync(join(root, '.endcap'));
    writeFileSync(join(root, '.endcap/setup.lock'), '4194999');
    expect((await setup()).code).toBe(0);
    expect(installs()).toBe(1);
  });

  it('installs again when the lock file asks for something else, and not for packages that are there', async () => {
    mkdirSync(join(root, 'node_modules'));
    writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify(LOCK));
    expect(await setup()).toEqual({ code: 0, err: '' });
    expect(installs()).toBe(0);
    const newer = { packages: { ...LOCK.packages, 'node_modules/a': { version: '1.1.0' } } };
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify(newer));
    expect((await setup()).err).toContain('package-lock.json has changed');
    expect(installs()).toBe(1);
  });

  it('says what npm said when it fails', async () => {
    fakeNpm(7);
    const { code, err } = await setup();
    expect(code).toBe(1);
    expect(err).toContain('npm error code ENETUNREACH');
    expect(err).not.toMatch(/^ +at /m);
    fakeNpm(0);
    expect((await setup()).code).toBe(0);
  });
});

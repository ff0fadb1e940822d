#!/usr/bin/env node
/**
 * Makes a fresh clone ready to run: the packages of package-lock.json, Node 24, and `npx endcap`.
 * Depends on nothing but Node ≥ 18 and npm, and does nothing, in a few milliseconds, when all is there.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = dirname(fileURLToPath(import.meta.url));
const MODULES = join(ROOT, 'node_modules');
const STAMP = join(MODULES, '.endcap-setup');
/** Not below node_modules, which `npm ci` empties. */
const LOCK = join(ROOT, '.endcap', 'setup.lock');
const LOCK_POLL_MS = 200;
export const NODE_MAJOR = 24;

/** What a person has to do before endcap can run. */
export class SetupError extends Error {}

/**
 * @param {{ dev?: boolean, say?: (line: string) => void }} options `dev`: tests and checks need more packages
 * @returns {string} path of a Node that runs endcap
 */
export function ensureSetup({ dev = false, say = line => process.stderr.write(`${line}\n`) } = {}) {
  if (missingReason(dev) !== null) {
    withLock(say, () => {
      // Another process may have installed everything while this one waited.
      const reason = missingReason(dev);
      if (reason !== null) install(reason, say);
    });
  }
  linkCommand();
  return findNode();
}

/** Why packages have to be installed, or null. A stamp saves the comparison, which takes a few milliseconds. */
function missingReason(dev) {
  const lockFile = join(ROOT, 'package-lock.json');
  // A package from a registry has no lock file: whoever installed it installed its dependencies too.
  if (!existsSync(lockFile)) return null;
  const text = readFileSync(lockFile);
  const hash = createHash('sha256').update(text).digest('hex');
  if (readText(STAMP) === hash) return null;
  const installed = readText(join(MODULES, '.package-lock.json'));
  if (installed === null) return 'this clone has no packages yet';
  if (isInstalled(JSON.parse(text.toString()), JSON.parse(installed), dev)) {
    if (isInstalled(JSON.parse(text.toString()), JSON.parse(installed), true)) stamp(hash);
    return null;
  }
  return 'package-lock.json has changed since the packages were installed';
}

/** Whether npm's own record of what it installed has every package that the lock file asks for. */
function isInstalled(wanted, installed, dev) {
  return Object.entries(wanted.packages).every(([path, { version, optional, dev: forDev, devOptional }]) => {
    if (path === '' || optional || devOptional || (forDev && !dev)) return true;
    return installed.packages[path]?.version === version;
  });
}

function install(reason, say) {
  say(`endcap: installing its packages with npm ci (${reason}; about half a minute, once)`);
  const npm = findNpm();
  // Output is kept for the case that it fails: half a minute of silence is easier to read than npm's notices.
  const args = [...npm.args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const env = { ...process.env };
  // `npx endcap` and `npm start` hand down their own settings, of which some would change what npm ci does.
  for (const name of Object.keys(env))
    if (/^npm_(config_(package|call|yes|global|dry_run)|lifecycle|package)/i.test(name)) delete env[name];
  const result = spawnSync(npm.command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  if (result.error)
    throw new SetupError(`npm cannot be started (${result.error.message}): install npm, then try again`);
  if (result.status !== 0) {
    const said = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-12).join('\n');
    throw new SetupError(`npm ci failed in ${ROOT}:\n${said}\nMend that, then try again.`);
  }
  stamp(
    createHash('sha256')
      .update(readFileSync(join(ROOT, 'package-lock.json')))
      .digest('hex'),
  );
}

/** The npm that came with the Node that runs this, or the one on the path. */
function findNpm() {
  const script = process.env.npm_execpath;
  if (script && /npm-cli\.js$/.test(script) && existsSync(script)) return { command: process.execPath, args: [script] };
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [] };
}

function stamp(hash) {
  try {
    writeFileSync(`${STAMP}.${process.pid}`, hash);
    renameSync(`${STAMP}.${process.pid}`, STAMP);
  } catch {
    // A clone that this user may not write to: the comparison is made again next time.
  }
}

/** The Node of the optional dependency, else this one if it is new enough. */
function findNode() {
  const own = join(MODULES, `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(own)) return own;
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return process.execPath;
  throw new SetupError(
    `endcap needs Node ${NODE_MAJOR}. This is Node ${process.versions.node}, and npm has no Node ${NODE_MAJOR} for ` +
      `${process.platform}-${process.arch}: install it from https://nodejs.org, then try again.`,
  );
}

/** Lets `npx endcap` find the command whatever npm remembers of this folder: npm links no package's own command. */
function linkCommand() {
  const link = join(MODULES, '.bin', 'endcap');
  if (existsSync(link) || !existsSync(MODULES)) return;
  try {
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(join('..', '..', 'cli', 'endcap.mjs'), link);
  } catch {
    // Another process made it, or this user may not write here: npx finds the command in package.json as well.
  }
}

/** Runs `work` in one process at a time: two `npm ci` in one folder break each other. */
function withLock(say, work) {
  mkdirSync(dirname(LOCK), { recursive: true });
  let told = false;
  while (!takeLock()) {
    if (!told) say('endcap: another process is installing the packages; waiting for it');
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS);
  }
  try {
    work();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

/** The lock is a file with the holder's pid, linked into place whole; one whose holder is gone is moved away. */
function takeLock() {
  const own = `${LOCK}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, LOCK);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const holder = Number(readText(LOCK));
    if (holder > 0 && !isAlive(holder)) moveAway(holder);
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Another waiter may have moved the dead lock away already, and a new holder may have come: then that one stays. */
function moveAway(holder) {
  const away = `${LOCK}.dead-${process.pid}`;
  try {
    renameSync(LOCK, away);
    if (Number(readText(away)) !== holder) linkSync(away, LOCK);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  }
  rmSync(away, { force: true });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** `npm start`, `npm test` and `npm run check` call this file by itself. */
if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    ensureSetup({ dev: true });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`endcap: ${error.message}\n`);
    process.exitCode = 1;
  }
}

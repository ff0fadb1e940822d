/** What the README and endcap itself tell people to type works as it is written. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { RUN_MS, useFolders } from './support.ts';

const newFolder = useFolders();
const root = fileURLToPath(new URL('..', import.meta.url));
const cli = fileURLToPath(new URL('../cli/endcap.mjs', import.meta.url));
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

let folder = '';

/** Runs a line of shell in the folder, as a person would who has `npx endcap` there. */
async function type(line: string): Promise<{ code: number; out: string; err: string }> {
  const command = line.replace(/^(npx endcap|node \S*endcap\.mjs)\b/, `'${process.execPath}' '${cli}'`);
  const options = { cwd: folder, maxBuffer: 1 << 26, env: { ...process.env, NO_COLOR: '1' } };
  try {
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', command], options);
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

/** Commands in what was printed: up to a gap of two blanks, after which comes what they do. */
const commandsIn = (text: string): string[] =>
  [...text.matchAll(/(?:npx endcap|node \S*endcap\.mjs) [^\n]*?(?=\s{2,}|\n|$)/g)].map(([command]) => command.trim());

const blocks = [...readme.matchAll(/```sh\n(.*?)```/gs)].map(match => match[1]!.trim().split('\n'));
const typed = new Set<string>();

/** Types the commands that were printed, and those that these print, once each. Placeholders are for people. */
async function follow(text: string, depth: number): Promise<void> {
  for (const command of commandsIn(text)) {
    if (/\b(DIR|FILE|N|ID)\b/.test(command) || typed.has(command)) continue;
    typed.add(command);
    const { code, out, err } = await type(command);
    expect(code, `${command}\n${err}`).toBe(0);
    if (depth > 0) await follow(`${out}\n${err}`, depth - 1);
  }
}

describe('what people are told to type', () => {
  beforeAll(async () => {
    folder = await newFolder();
    const { code, out, err } = await type('npx endcap demo --rows 3000');
    expect(code, err).toBe(0);
    await follow(`${out}\n${err}`, 2);
  }, RUN_MS);

  it('is, at the end of the demo, several commands that all work', () => {
    expect([...typed].filter(command => /query|quarantine|why|status/.test(command)).length).toBeGreaterThan(3);
  });

  it('begins in the README with two commands that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { scripts: Record<string, string> };
    expect(blocks[0]).toEqual(['npm start', 'npm test']);
    expect(scripts.start).toBe('node cli/endcap.mjs demo');
    expect(scripts.test).toBe('vitest run');
  });

  it.each(blocks.slice(1).flat())('%s', { timeout: RUN_MS }, async line => {
    const { code, err } = await type(line);
    expect(code, err).toBe(0);
  });
});

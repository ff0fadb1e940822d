import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandName, shellWord, withCommand } from './command.ts';

describe('the command in what we print', () => {
  it('is one that works there', () => {
    expect(commandName('/clone', '', '/clone')).toBe('npx endcap');
    expect(commandName('/clone/datasets/grocery', '', '/clone')).toBe('npx endcap');
    expect(commandName('/clone-2', '/nowhere', '/clone')).toBe('node ../clone/cli/endcap.mjs');
    const folder = mkdtempSync(join(tmpdir(), 'endcap-path-'));
    writeFileSync(join(folder, 'endcap'), '');
    expect(commandName('/home', `/nowhere:${folder}`, '/clone')).toBe('endcap');
    expect(commandName('/home', '/clone/node_modules/.bin', '/clone')).toBe('node ../clone/cli/endcap.mjs');
  });

  it('replaces the name in sentences of other parts', () => {
    expect(withCommand('endcap run DIR   or   endcap demo', 'npx endcap')).toBe(
      'npx endcap run DIR   or   npx endcap demo',
    );
    expect(withCommand('update endcap, or npx endcap run', 'endcap')).toBe('update endcap, or endcap run');
    expect(withCommand('a newer endcap: endcap reads UTF-8', 'npx endcap')).toBe('a newer endcap: endcap reads UTF-8');
  });

  it('quotes what a shell would take apart', () => {
    expect(shellWord('../data/a-b_1.csv')).toBe('../data/a-b_1.csv');
    expect(shellWord("my data's")).toBe(`'my data'\\''s'`);
  });
});

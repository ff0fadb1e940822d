import { describe, expect, it } from 'vitest';
import { endcap } from './io.fixture.ts';

const VERBS = [
  'run',
  'tune',
  'demo',
  'status',
  'runs',
  'check',
  'query',
  'quarantine show',
  'quarantine export',
  'why',
  'recommend',
  'explain',
  'rollback',
  'doctor',
];

describe('help', () => {
  it.each(VERBS)('of %s has examples', async verb => {
    const { code, out, err } = await endcap('/', [...verb.split(' '), '--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^Usage: endcap/);
    expect(out).toMatch(new RegExp(`Examples:\\n {2}\\$ .*${verb}`));
    expect(out).toContain('--project <dir>');
  });

  it('names every verb, and is what one gets without any', async () => {
    const { code, out } = await endcap('/', []);
    expect(code).toBe(0);
    for (const verb of VERBS) expect(out).toContain(`  ${verb.split(' ')[0]} `);
    expect(out).toBe((await endcap('/', ['--help'])).out);
  });
});

describe('misuse', () => {
  it.each([
    [['statsu'], `unknown command 'statsu'`, `did you mean 'status'?`],
    [['quarantine', 'shwo'], `unknown command 'shwo'`, `did you mean 'show'?`],
    [['run', '.', '--thread', '2'], `unknown option '--thread'`, `did you mean '--threads'?`],
    [['run'], `missing required argument 'dir'`, '--help'],
    [['run', '.', '--threads', 'two'], '--threads two: expected a whole number from 0 to 256', ''],
    [['run', '.', '--chunk-bytes', '2TB'], '--chunk-bytes 2TB: expected a size from 4KB to 64MB', '--chunk-bytes 16MB'],
    [['run', '.', '--recommend', 'magic'], 'Allowed choices are als, ease, frequency', ''],
    [['run', '.', '--rank', '0'], '--rank 0: expected a whole number from 1 to 256', ''],
    [
      ['run', '.', '--no-customers', '--top', '3'],
      `option '--no-customers' cannot be used with option '--top <n>'`,
      '',
    ],
    [['tune', '/nowhere/at/all'], 'there is no folder /nowhere/at/all', ' tune DIR'],
    [['demo', '--dirt', '7'], '--dirt 7: expected a share from 0 to 1', '--dirt 0.01'],
    [['query', 'x', '--csv', '--md'], `option '--csv' cannot be used with option '--md'`, ''],
    [['run', '/nowhere/at/all'], 'there is no folder /nowhere/at/all', ' run DIR'],
    [['run', import.meta.filename], 'is a file: endcap reads a folder', ` run ${import.meta.dirname}`],
    [['status'], 'there is no project here yet', ' demo'],
    [['why', 'sales.csv'], 'sales.csv: expected FILE:LINE', 'why sales.csv:118'],
    [['query', '  '], 'the query is empty', 'show tables'],
  ])('%j is told, and nothing is done', async (argv, what, next) => {
    const { code, out, err } = await endcap('/', argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^error E_USAGE {2}/);
    expect(err).toContain(what);
    expect(err).toContain(next);
    expect(err).not.toMatch(/^ +at /m);
  });

  it('is JSON too for programs', async () => {
    const { out, err } = await endcap('/', ['statsu', '--json']);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'E_USAGE', exitCode: 2 } });
    expect(err).toContain('statsu');
  });

  it('has no colour unless it goes to a terminal that wants it', async () => {
    const red = '\x1b[31m';
    expect((await endcap('/', ['statsu'], { tty: true })).err).toContain(red);
    expect((await endcap('/', ['statsu'], { tty: true, noColor: true })).err).not.toContain(red);
    expect((await endcap('/', ['statsu', '--no-color'], { tty: true })).err).not.toContain(red);
    expect((await endcap('/', ['statsu'])).err).not.toContain(red);
  });
});

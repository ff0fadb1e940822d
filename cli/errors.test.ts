import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InvariantError, UserError } from '../base/errors.ts';
import { reportError } from './errors.ts';
import { fakeIo, fakeSession } from './io.fixture.ts';

function report(error: unknown, options = {}) {
  const io = fakeIo();
  const code = reportError(error, fakeSession(io, options));
  return { code, text: io.stderr() };
}

describe('an error', () => {
  it('of the user is what, where, why, what is unchanged, and what to do', () => {
    const details = {
      code: 'E_SQL',
      what: 'the query failed',
      where: 'select\n  x',
      why: 'no column x',
      unchanged: 'all of it',
      next: 'endcap query "show tables"',
      exitCode: 2,
    } as const;
    expect(report(new UserError(details))).toEqual({
      code: 2,
      text: [
        'error E_SQL  the query failed',
        '  where      select',
        '               x',
        '  why        no column x',
        '  unchanged  all of it',
        '  next       npx endcap query "show tables"',
        '',
      ].join('\n'),
    });
  });

  it.each([new InvariantError('read = kept'), new TypeError('x is undefined')])('of ours says so: %s', error => {
    const { code, text } = report(error);
    expect(code).toBe(1);
    expect(text).toContain(`error E_BUG  ${error.message}`);
    expect(text).toContain('this is a bug in endcap');
    expect(text).not.toMatch(/^ +at /m);
    const log = /the details are in (\S+)/.exec(text)![1]!;
    expect(readFileSync(log, 'utf8')).toContain(error.stack);
  });

  it('of the world is no bug', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    expect(report(full).text).toMatch(/^error ENOSPC {2}the disk is full\n {2}where +ENOSPC: no space/);
    expect(report(full, { verbose: true }).text).toMatch(/^ +at /m);
  });
});

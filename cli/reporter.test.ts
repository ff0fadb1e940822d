import { describe, expect, it } from 'vitest';
import type { EventBody, RunEvent } from '../coordinator/events.ts';
import { catchInterrupts } from './interrupt.ts';
import { fakeIo, fakeSession } from './io.fixture.ts';
import { createReporter } from './reporter.ts';

const eventAt = (ms: number, body: EventBody): RunEvent => ({ v: 1, t: new Date(ms).toISOString(), run: 'r', ...body });

const STARTED: EventBody = {
  ev: 'run.started',
  dataset: 'shop',
  project: '/p',
  input: '/data',
  cluster: 'inline',
  parallelism: 1,
};
const PLANNED: EventBody = { ev: 'plan.ready', files: 1, bytes: 2_000_000, records: 1_000, chunks: 1 };
const STAGE: EventBody = { ev: 'stage.started', stage: 's', title: 'clean', unit: 'chunks', total: 100, reused: 0 };
const step = (done: number): EventBody => ({
  ev: 'stage.progress',
  stage: 's',
  done,
  total: 100,
  rows: done * 1_000,
  rejected: 0,
  rssMb: 100,
});
const ENDED: EventBody = { ev: 'stage.finished', stage: 's', ms: 30_000, computed: 100, reused: 0, rows: 100_000 };

function play(options: Parameters<typeof fakeIo>[0], globals: Parameters<typeof fakeSession>[1], keep = false) {
  const io = fakeIo(options);
  const reporter = createReporter(fakeSession(io, globals), '0.1.0');
  const event = (body: EventBody) => reporter.event(eventAt(io.now(), body));
  event(STARTED);
  event(PLANNED);
  event(STAGE);
  for (let done = 1; done <= 30; done++) {
    io.tick(1_000);
    event(step(done));
  }
  event(ENDED);
  reporter.close(keep);
  return io;
}

describe('progress on a terminal', () => {
  it('is redrawn at most ten times a second, and gives the cursor back', () => {
    const shown = play({ tty: true }, {}).stderr();
    const frames = shown.split('\x1b[?25l').length - 1;
    expect(frames).toBeGreaterThan(250);
    expect(frames).toBeLessThanOrEqual(300);
    expect(shown.endsWith('\x1b[?25h')).toBe(true);
    expect(shown.lastIndexOf('\x1b[?7h')).toBeGreaterThan(shown.lastIndexOf('\x1b[?7l'));
  });

  it('has no colour when none is wanted', () => {
    const colours = /\x1b\[(1|2|3\d)m/;
    expect(play({ tty: true }, {}).stderr()).toMatch(colours);
    expect(play({ tty: true, noColor: true }, {}).stderr()).not.toMatch(colours);
    expect(play({ tty: true }, { color: false }).stderr()).not.toMatch(colours);
  });

  it('leaves the last frame of a run that failed, and nothing of one that went well', () => {
    expect(play({ tty: true }, {}, true).stderr()).toMatch(/✔.*clean +100\/100 chunks[^\x1b]*[\s\S]*\x1b\[\?25h$/);
    expect(play({ tty: true }, {}).stderr()).toMatch(/\x1b\[J\x1b\[\?25h$/);
  });

  it('goes up by as many lines as a narrower window makes of a frame', () => {
    const io = fakeIo({ tty: true, columns: 120 });
    const reporter = createReporter(fakeSession(io), '0.1.0');
    for (const body of [STARTED, PLANNED, STAGE, step(1)]) reporter.event(eventAt(io.now(), body));
    io.tick(200);
    expect(io.stderr()).toContain('\x1b[4A\r');
    io.resize(60);
    io.tick(100);
    expect(io.stderr()).toMatch(/\x1b\[[67]A\r/);
    reporter.close(false);
  });
});

describe('progress in a log', () => {
  it('is a line a stage and one every ten seconds, without codes', () => {
    const lines = play({}, {}).stderr().trimEnd().split('\n');
    expect(lines).toEqual([
      'endcap 0.1.0 · shop · project /p · no threads',
      'plan: 1 file, 2.0 MB, 1,000 records → 1 chunk',
      expect.stringMatching(/^… clean {7}9\/100 chunks · 9 % · 9,000 rows · 900\/s · eta 101 s|1 min 41 s$/),
      expect.stringContaining('19/100 chunks'),
      expect.stringContaining('29/100 chunks'),
      '✔ clean       100/100 chunks · 100,000 rows · 30.0 s',
    ]);
  });

  it('is silent with --quiet', () => {
    expect(play({}, { quiet: true }).stderr()).toBe('');
    expect(play({ tty: true }, { quiet: true }).stderr()).toBe('');
  });

  it('is one event a line on stdout with --json', () => {
    const lines = play({}, { json: true, quiet: true }).stdout().trimEnd().split('\n');
    expect(lines).toHaveLength(34);
    expect(lines.map(line => JSON.parse(line).ev).slice(0, 3)).toEqual(['run.started', 'plan.ready', 'stage.started']);
  });
});

describe('Ctrl-C', () => {
  it('stops gently first, at once the second time, and takes an echo for what it is', () => {
    const io = fakeIo();
    const session = fakeSession(io);
    const interrupts = catchInterrupts(session, createReporter(session, '0.1.0'));
    io.interrupt();
    expect(interrupts.signal.aborted).toBe(true);
    io.tick(50);
    io.interrupt();
    expect(io.exits).toEqual([]);
    io.tick(500);
    io.interrupt();
    expect(io.exits).toEqual([130]);
    expect(io.stderr()).toContain('Ctrl-C again stops at once');
    interrupts.close();
  });
});

import { describe, expect, it } from 'vitest';
import type { EventBody, RunEvent } from '../coordinator/events.ts';
import { frame, heading, logLine } from './frame.ts';
import { current, foldEvent, NO_PROGRESS, type Progress } from './progress.ts';
import { createStyle, PLAIN, widthOf } from './style.ts';

const START = Date.parse('2026-11-21T14:00:00Z');

/** Events with the second at which each came. */
const EVENTS: readonly (readonly [at: number, body: EventBody])[] = [
  [
    0,
    {
      ev: 'run.started',
      dataset: 'grocery',
      project: '/shop/.endcap/grocery',
      input: '/data',
      cluster: 'threads',
      parallelism: 2,
    },
  ],
  [0, { ev: 'stage.started', stage: 'clean.scan', title: 'plan', unit: 'files', total: 7, reused: 0 }],
  [0.4, { ev: 'stage.progress', stage: 'clean.scan', done: 7, total: 7, rows: 6_857_672, rejected: 0, rssMb: 190 }],
  [0.4, { ev: 'stage.finished', stage: 'clean.scan', ms: 400, computed: 7, reused: 0, rows: 6_857_672 }],
  [0.4, { ev: 'plan.ready', files: 7, bytes: 531_000_000, records: 6_857_672, chunks: 40 }],
  [0.5, { ev: 'stage.started', stage: 'clean.table', title: 'tables', unit: 'tables', total: 6, reused: 6 }],
  [0.5, { ev: 'stage.progress', stage: 'clean.table', done: 6, total: 6, rows: 99_547, rejected: 0, rssMb: 200 }],
  [0.5, { ev: 'stage.finished', stage: 'clean.table', ms: 12, computed: 0, reused: 6, rows: 99_547 }],
  [0.6, { ev: 'stage.started', stage: 'clean.empty', title: 'nothing', unit: 'ranges', total: 0, reused: 0 }],
  [0.6, { ev: 'stage.finished', stage: 'clean.empty', ms: 0, computed: 0, reused: 0, rows: 0 }],
  [1, { ev: 'stage.started', stage: 'clean.chunk', title: 'clean', unit: 'chunks', total: 34, reused: 4 }],
  [1, { ev: 'stage.progress', stage: 'clean.chunk', done: 4, total: 34, rows: 800_000, rejected: 8_000, rssMb: 400 }],
  [3, { ev: 'task.retried', stage: 'clean.chunk', index: 3, attempt: 1, error: 'EIO' }],
  [
    11,
    { ev: 'stage.progress', stage: 'clean.chunk', done: 21, total: 34, rows: 4_174_000, rejected: 41_903, rssMb: 612 },
  ],
];

const eventOf = ([at, body]: readonly [number, EventBody]): RunEvent => ({
  v: 1,
  t: new Date(START + at * 1000).toISOString(),
  run: '20261121-1400-00aa',
  ...body,
});

const progressAfter = (count: number): Progress => EVENTS.slice(0, count).map(eventOf).reduce(foldEvent, NO_PROGRESS);

describe('a frame of the live view', () => {
  const now = START + 11_000;
  const half = progressAfter(EVENTS.length);

  it.each([120, 80, 50])('in %i columns', async columns => {
    const lines = [...heading(half, '0.1.0'), '', ...frame(half, { columns, style: PLAIN, now })];
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`golden/frame-${columns}.txt`);
  });

  it('fits any terminal at any moment', () => {
    for (let columns = 34; columns <= 200; columns += 3) {
      for (let count = 1; count <= EVENTS.length; count++) {
        const lines = frame(progressAfter(count), {
          columns,
          style: createStyle(true),
          now,
          stopping: count % 2 === 0,
        });
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
      }
    }
  });

  it('tells a person who stopped what that does', () => {
    expect(frame(half, { columns: 100, style: PLAIN, now, stopping: true }).at(-1)).toContain(
      'Ctrl-C again stops at once',
    );
  });

  it('counts speed and time left from what is computed anew', () => {
    const line = frame(half, { columns: 120, style: PLAIN, now }).find(text => text.includes('clean'))!;
    // 3,374,000 rows and 17 chunks in 10 s; 13 chunks are left.
    expect(line).toMatch(/337 k\/s +eta 8 s$/);
  });
});

describe('a line of a log', () => {
  it('says how far a stage is, and how long it took', () => {
    const half = progressAfter(EVENTS.length);
    expect(logLine(current(half)!, START + 11_000)).toBe(
      '… clean       21/34 chunks · 62 % · 4,174,000 rows · 337 k/s · 41,903 rejected · 4 done before · eta 8 s',
    );
    expect(logLine(half.stages[1]!, START)).toBe('✔ tables      6/6 tables · 99,547 rows · 6 done before · 0.0 s');
  });
});

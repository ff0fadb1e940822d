/** Shows a run while it goes on: redrawn bars on a terminal, lines in a log, NDJSON for programs, or nothing. */
import type { RunEvent } from '../coordinator/events.ts';
import { frame, heading, logLine, planLine } from './frame.ts';
import type { Output, Session } from './io.ts';
import { current, foldEvent, NO_PROGRESS, type Progress } from './progress.ts';
import { cut, widthOf } from './style.ts';

export interface Reporter {
  readonly event: (event: RunEvent) => void;
  /** A person has asked to stop. */
  stopping(): void;
  /** Leaves the terminal as it was. `keep` leaves the last frame to be read: it shows where a run ended. */
  close(keep: boolean): void;
}

export function createReporter(session: Session, version: string): Reporter {
  const view = session.options.quiet
    ? silent()
    : session.err.isTTY
      ? liveView(session, version)
      : logView(session, version);
  if (!session.options.json) return view;
  return {
    ...view,
    event(event) {
      session.out.write(`${JSON.stringify(event)}\n`);
      view.event(event);
    },
  };
}

function silent(): Reporter {
  return { event: () => undefined, stopping: () => undefined, close: () => undefined };
}

/** A frame more often than this is not seen. */
const FRAME_MS = 100;

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
/** While a frame is drawn, a line that is too wide after all must not become two. */
const NO_WRAP = '\x1b[?7l';
const WRAP = '\x1b[?7h';
const CLEAR_BELOW = '\x1b[J';
const CLEAR_LINE = '\x1b[K';
const up = (lines: number): string => (lines > 0 ? `\x1b[${lines}A\r` : '\r');

function liveView({ err, errStyle: style, now, every }: Session, version: string): Reporter {
  let progress = NO_PROGRESS;
  let drawn: readonly string[] = [];
  let stopping = false;
  let headed = false;
  const draw = () => {
    if (progress === NO_PROGRESS) return;
    const columns = err.columns() - 1;
    const above = headed || progress.plan === null ? [] : heading(progress, version);
    if (above.length > 0) headed = true;
    const lines = visible(frame(progress, { columns, style, now: now(), stopping }), err);
    const text = [...above.map(line => style.dim(cut(line, columns))), ...(above.length > 0 ? [''] : []), ...lines];
    err.write(
      `${HIDE_CURSOR}${NO_WRAP}${up(heightOf(drawn, err.columns()))}${text.map(line => `${line}${CLEAR_LINE}\n`).join('')}${CLEAR_BELOW}${WRAP}`,
    );
    drawn = lines;
  };
  const stop = every(FRAME_MS, draw);
  return {
    event(event) {
      progress = foldEvent(progress, event);
    },
    stopping() {
      stopping = true;
      draw();
    },
    close(keep) {
      stop();
      if (keep) draw();
      else err.write(`${up(heightOf(drawn, err.columns()))}${CLEAR_BELOW}`);
      drawn = [];
      err.write(SHOW_CURSOR);
    },
  };
}

/** Lines that the text takes now: a window made narrower breaks those that were drawn before. */
const heightOf = (lines: readonly string[], columns: number): number =>
  lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);

/** The last lines, if the terminal has not room for all: what has ended scrolls out of sight first. */
function visible(lines: readonly string[], err: Output): readonly string[] {
  const room = Math.max(2, err.rows() - 2);
  return lines.length <= room ? lines : lines.slice(-room);
}

/** How often a log hears of a stage that goes on. */
const LOG_MS = 10_000;

function logView({ say, now, every }: Session, version: string): Reporter {
  let progress: Progress = NO_PROGRESS;
  let told = now();
  const stop = every(1_000, () => {
    const stage = current(progress);
    if (!stage || now() - told < LOG_MS) return;
    told = now();
    say(logLine(stage, now()));
  });
  return {
    event(event) {
      progress = foldEvent(progress, event);
      if (event.ev === 'run.started') say(heading(progress, version)[0]);
      if (event.ev === 'plan.ready') say(planLine(progress.plan!));
      if (event.ev === 'run.warning') say(`! ${event.message}`);
      if (event.ev !== 'stage.finished') return;
      const stage = progress.stages.find(({ stage }) => stage === event.stage);
      if (!stage || stage.total === 0) return;
      told = now();
      say(logLine(stage, now()));
    },
    stopping: () => say('finishing the tasks in flight; Ctrl-C again stops at once'),
    close: stop,
  };
}

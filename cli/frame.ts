/** Progress as lines of text: the bars of a terminal, and the single lines of a log. Pure, so that frames can be tested. */
import { about, bytes, count, duration, percent, rate, singular, thousands } from './format.ts';
import { type Progress, remaining, type StageState, speed } from './progress.ts';
import { cut, padEnd, padStart, type Style, widthOf } from './style.ts';

/** What usually comes, so that a person sees how far the way is; a stage that is not here shows when it starts. */
const USUAL_TITLES = ['plan', 'tables', 'clean', 'keys', 'merge days', 'dimensions', 'quarantine', 'marts', 'checks'];

const SEARCH_TITLES = [
  'plan',
  'tables',
  'clean',
  'keys',
  'merge days',
  'customers',
  'half-lives',
  'search',
  'refine',
  'blends',
];

const TITLE_WIDTH = 11;
const BAR_WIDTH = 24;
/** Below this many cells a bar says nothing. */
const BAR_WIDTH_MIN = 10;

export interface FrameOptions {
  readonly columns: number;
  readonly style: Style;
  readonly now: number;
  /** A person has asked to stop. */
  readonly stopping?: boolean;
}

/** The live view: one line a stage, none wider than the terminal. */
export function frame(progress: Progress, options: FrameOptions): string[] {
  const { columns, style } = options;
  const usual = progress.isSearch ? SEARCH_TITLES : USUAL_TITLES;
  const waiting = usual.filter(title => !progress.stages.some(stage => stage.title === title));
  const lines = [
    ...progress.stages.filter(({ total }) => total > 0).map(stage => stageLine(stage, options)),
    ...(waiting.length > 0 && !progress.ended ? [style.dim(cut(`  ○ ${waiting.join(' · ')}`, columns))] : []),
    '',
    footer(progress, options),
  ];
  return lines;
}

/** Two lines above the bars: what is read, and how. */
export function heading({ dataset, project, workers, plan }: Progress, version: string): string[] {
  const first = `endcap ${version} · ${dataset} · project ${project} · ${workers}`;
  return plan ? [first, planLine(plan)] : [first];
}

export const planLine = (plan: NonNullable<Progress['plan']>): string =>
  `plan: ${count(plan.files, 'file')}, ${bytes(plan.bytes)}, ${count(plan.records, 'record')} → ${count(plan.chunks, 'chunk')}`;

function stageLine(stage: StageState, { columns, style, now }: FrameOptions): string {
  const ended = stage.ms !== null;
  const perSecond = speed(stage, now);
  const left = remaining(stage, now);
  const mark = ended ? style.green('✔') : style.yellow('●');
  const head = `  ${mark} ${padEnd(cut(stage.title, TITLE_WIDTH), TITLE_WIDTH)} ${padStart(progressText(stage), 18)}`;
  const time = ended ? duration(stage.ms) : left === null ? duration(now - stage.startedAt) : `eta ${about(left)}`;
  // What does not fit is left out, the least important first: time, share, bar, rows, speed.
  let room = columns - widthOf(head);
  const taken = (text: string): string => {
    if (widthOf(text) > room) return '';
    room -= widthOf(text);
    return text;
  };
  const timePart = taken(padStart(time, 11));
  const percentPart = taken(padStart(percent(share(stage), 0), 6));
  const barRoom = room > BAR_WIDTH_MIN ? BAR_WIDTH_MIN + 1 : 0;
  room -= barRoom;
  const rowsPart = taken(padStart(stage.rows > 0 ? `${thousands(stage.rows)} rows` : '', 17));
  const ratePart = taken(padStart(perSecond === null ? '' : rate(perSecond), 11));
  const width = Math.min(BAR_WIDTH, room + barRoom - 1);
  const barPart = barRoom > 0 ? ` ${bar(share(stage), width, ended, style)}` : '';
  return `${head}${barPart}${percentPart}${rowsPart}${ratePart}${timePart}`;
}

const progressText = ({ done, total, unit }: StageState): string =>
  `${thousands(done)}/${thousands(total)} ${total === 1 ? singular(unit) : unit}`;

const share = ({ done, total }: StageState): number => (total > 0 ? done / total : 1);

function bar(part: number, width: number, ended: boolean, style: Style): string {
  const full = Math.floor(part * width);
  const line = '━'.repeat(full);
  return (ended ? style.green(line) : style.yellow(line)) + style.dim('─'.repeat(width - full));
}

function footer(progress: Progress, { columns, style, now, stopping }: FrameOptions): string {
  const rejected = Math.max(0, ...progress.stages.map(stage => stage.rejected));
  const parts = [
    `${duration(now - progress.startedAt)} so far`,
    ...(progress.rssMb > 0 ? [`memory ${thousands(progress.rssMb)} MB`] : []),
    ...(rejected > 0 ? [`rejected ${thousands(rejected)}`] : []),
    ...(progress.retries > 0 ? [count(progress.retries, 'retry', 'retries')] : []),
  ];
  const hint = stopping
    ? 'finishing the tasks in flight · Ctrl-C again stops at once'
    : 'Ctrl-C stops, and can be resumed';
  // Facts make room for what a person can do.
  while (parts.length > 1 && widthOf(footerText(parts, hint)) > columns) parts.pop();
  const text = cut(footerText(parts, hint), columns);
  return stopping ? style.yellow(text) : style.dim(text);
}

const footerText = (parts: readonly string[], hint: string): string => `    ${hint}   ${parts.join(' · ')}`;

/** One line about a stage, for a log: no bar, no cursor. */
export function logLine(stage: StageState, now: number): string {
  const perSecond = speed(stage, now);
  const left = remaining(stage, now);
  const parts = [
    progressText(stage),
    ...(stage.ms === null ? [percent(share(stage), 0)] : []),
    ...(stage.rows > 0 ? [`${thousands(stage.rows)} rows`] : []),
    ...(stage.ms === null && perSecond !== null ? [rate(perSecond)] : []),
    ...(stage.rejected > 0 ? [`${thousands(stage.rejected)} rejected`] : []),
    ...(stage.reused > 0 ? [`${thousands(stage.reused)} done before`] : []),
    stage.ms !== null ? duration(stage.ms) : left === null ? duration(now - stage.startedAt) : `eta ${about(left)}`,
  ];
  return `${stage.ms === null ? '…' : '✔'} ${padEnd(stage.title, TITLE_WIDTH)} ${parts.join(' · ')}`;
}

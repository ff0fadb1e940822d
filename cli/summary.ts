/** What a run says at its end, as text. Pure: the same summary always reads the same. */
import type { RunSummary } from '../coordinator/summary.ts';
import { addCounts, addsUp, NO_RECORDS } from '../lake/manifest.ts';
import { count, duration, money, negated, percent, placesOf, rate, singular, thousands } from './format.ts';
import { recommendations } from './recommendations.ts';
import { cut, PLAIN, padEnd, padStart, type Style } from './style.ts';
import { alignedTable } from './table.ts';

export interface SummaryOptions {
  readonly style?: Style;
  /** How endcap is called here. */
  readonly command?: string;
  /** What a command needs besides its verb to find this project: ` --project shop`, or nothing. */
  readonly projectFlag?: string;
  /** Cells of a line; sentences that are longer are cut. (Default: 110) */
  readonly columns?: number;
}

const USUAL_COLUMNS = 110;
/** A reason cut shorter than this says nothing. */
const REASON_WIDTH_MIN = 24;

export function printSummary(summary: RunSummary, options: SummaryOptions = {}): string {
  const style = options.style ?? PLAIN;
  const sections = [
    headline(summary, style),
    reconciliation(summary, style),
    otherTables(summary, style),
    quarantine(summary, options),
    figures(summary, style),
    stages(summary, style),
    built(summary, style),
    recommendations(summary.recommendations ?? [], style),
    warnings(summary, style),
    verdict(summary, style) + hints(summary, options),
  ];
  return sections.filter(section => section !== '').join('\n');
}

function headline({ outcome, run, ms, publication, refusals }: RunSummary, style: Style): string {
  const time = duration(ms);
  if (outcome === 'published')
    return `${style.green('✔')} ${style.bold('Published')} run ${run} in ${time}  (publication ${publication})\n`;
  if (outcome === 'unchanged') {
    const lines = `${style.green('✔')} ${style.bold('Nothing changed')} in ${time}: publication ${publication} holds exactly this data\n`;
    return lines;
  }
  const kept = publication === null ? 'nothing is published yet' : `publication ${publication} stays as it is`;
  const gates = refusals.map(refusal => `    ${style.red('·')} ${refusal}\n`).join('');
  return `${style.red('✖')} ${style.bold('Not published')}: run ${run} was refused after ${time}; ${kept}\n${gates}`;
}

/** read − quarantined − duplicate = kept: in records and in money. */
function reconciliation(summary: RunSummary, style: Style): string {
  const { sales, money: sums, currency, rejectRate, maxRejectRate } = summary;
  const total = sales.reduce(addCounts, NO_RECORDS);
  const places = Math.max(...[sums.read, sums.kept, sums.duplicate, sums.quarantined].map(placesOf));
  const minus = (n: number) => (n === 0 ? '0' : thousands(-n));
  const sound = addsUp(total) && amountsAddUp(sums);
  const over = rejectRate > maxRejectRate;
  const limit = `${percent(rejectRate)}  limit ${percent(maxRejectRate)}`;
  const rows: [string, string, string, string][] = [
    [
      'read',
      thousands(total.read),
      money(sums.read, places),
      sales.length === 1 ? sales[0]!.file : count(sales.length, 'file'),
    ],
    [
      'quarantined',
      minus(total.quarantined),
      money(negated(sums.quarantined), places),
      over ? style.red(limit) : limit,
    ],
    ['duplicate', minus(total.duplicate), money(negated(sums.duplicate), places), ''],
    [
      '= fct_sales',
      thousands(total.kept),
      money(sums.kept, places),
      sound ? style.green('✔ adds up to the cent') : style.red('✖ does not add up'),
    ],
  ];
  const widths = [0, 1, 2].map(at => Math.max(12, ...rows.map(row => row[at]!.length)));
  const line = ([what, records, amount, note]: readonly string[]) =>
    `    ${padEnd(what!, widths[0]!)}  ${padStart(records!, widths[1]!)}  ${padStart(amount!, Math.max(widths[2]!, 14))}    ${note}`.trimEnd();
  const titles = line(['', 'rows', `net ${currency}`, '']).slice(4);
  const unknown = `    ${count(sums.unknownRows, 'refused record')} ${sums.unknownRows === 1 ? 'has' : 'have'} no amount that can be told, and count as 0\n`;
  const head = `  ${style.bold(padEnd('Reconciliation', widths[0]! + 2))}${titles.slice(widths[0]!)}`;
  return `${head}\n${rows.map(row => `${line(row)}\n`).join('')}${sums.unknownRows > 0 ? style.dim(unknown) : ''}`;
}

function amountsAddUp({ read, kept, duplicate, quarantined }: RunSummary['money']): boolean {
  const millionths = (amount: string) => BigInt(amount.replace('.', ''));
  return millionths(read) === millionths(kept) + millionths(duplicate) + millionths(quarantined);
}

/** Files in the summary before the rest is only counted. */
const FILES_SHOWN = 20;

function otherTables({ sales, tables }: RunSummary, style: Style): string {
  const files = sales.length > 1 ? [...sales, ...tables] : tables;
  if (files.length === 0) return '';
  const rows = files
    .slice(0, FILES_SHOWN)
    .map(({ table, file, read, kept, duplicate, quarantined }) => [
      table,
      file,
      ...[read, kept, duplicate, quarantined].map(thousands),
    ]);
  const right = (title: string) => ({ title, align: 'right' as const });
  const columns = [{ title: 'table' }, { title: 'file' }, ...['read', 'kept', 'duplicate', 'quarantined'].map(right)];
  const more = files.length > FILES_SHOWN ? `    … and ${count(files.length - FILES_SHOWN, 'file')} more\n` : '';
  return `  ${style.bold('Files')}\n${alignedTable(columns, rows, { indent: 4, style })}${more}`;
}

/** Reasons in the summary before the rest is only counted. */
const REASONS_SHOWN = 12;

function quarantine(summary: RunSummary, options: SummaryOptions): string {
  const { style = PLAIN } = options;
  const reasons = summary.reasons.filter(({ code }) => code !== 'E_DUP_ROW');
  if (reasons.length === 0) return '';
  const rows = reasons.reduce((sum, reason) => sum + reason.rows, 0);
  const shown = reasons
    .slice(0, REASONS_SHOWN)
    .map(({ code, message, rows, firstFile, firstLine }) => [
      code,
      message,
      thousands(rows),
      `first at ${firstFile}:${firstLine}`,
    ]);
  // What is left of the line when the other columns have their room.
  const others = [0, 2, 3].map(at => Math.max(...shown.map(row => row[at]!.length)) + 2);
  const room = (options.columns ?? USUAL_COLUMNS) - 4 - others.reduce((sum, width) => sum + width, 0);
  const width = Math.max(REASON_WIDTH_MIN, room);
  const lines = shown.map(([code, message, ...rest]) => [code!, cut(message!, width), ...rest]);
  const columns = [{ title: '' }, { title: '' }, { title: '', align: 'right' as const }, { title: '' }];
  const more =
    reasons.length > REASONS_SHOWN ? `    … and ${count(reasons.length - REASONS_SHOWN, 'reason')} more\n` : '';
  const title = `  ${style.bold('Quarantine')}  ${count(rows, 'record')}, ${count(reasons.length, 'reason')}`;
  return `${title}   → ${commandLine(options, `quarantine show${runFlag(summary)}`)}\n${alignedTable(columns, lines, { indent: 4 })}${more}`;
}

function figures({ metrics, currency }: RunSummary, style: Style): string {
  if (metrics.length === 0) return '';
  const texts = metrics.map(({ label, value, unit }) => {
    const whole = /^-?\d+$/.test(value);
    return [
      label,
      unit === 'money' ? money(value) : whole ? thousands(value) : money(value),
      unit === 'money' ? currency : '',
    ];
  });
  const columns = [{ title: '' }, { title: '', align: 'right' as const }, { title: '' }];
  return `  ${style.bold('Figures')}\n${alignedTable(columns, texts, { indent: 4 })}`;
}

function stages({ stages: timings }: RunSummary, style: Style): string {
  const rows = timings
    .filter(({ computed, reused }) => computed + reused > 0)
    .map(({ title, ms, rows: records, computed, reused, unit }) => [
      title,
      duration(ms),
      records > 0 && computed > 0 && reused === 0 ? rate((records / Math.max(1, ms)) * 1000) : '',
      count(computed + reused, singular(unit), unit),
      reused === 0
        ? ''
        : computed === 0
          ? 'nothing new'
          : `${thousands(computed)} new, ${thousands(reused)} done before`,
    ]);
  const right = (title: string) => ({ title, align: 'right' as const });
  const columns = [{ title: 'stage' }, right('time'), right('rows'), right('units'), { title: '' }];
  return rows.length === 0 ? '' : `  ${style.bold('Stages')}\n${alignedTable(columns, rows, { indent: 4, style })}`;
}

function built({ marts, checks }: RunSummary, style: Style): string {
  const made = marts.filter(mart => mart.built);
  const absent = marts.filter(mart => !mart.built);
  const needs = absent.map(
    ({ name, reason }) => `    ${padEnd(name, Math.max(...absent.map(mart => mart.name.length)))}  ${reason}\n`,
  );
  const passed = `${thousands(checks.passed)} pass · ${thousands(checks.failed.length)} fail`;
  const failed = checks.failed
    .map(({ name, failures }) => `    ${style.red('✖')} ${name}  ${count(failures, 'row')}\n`)
    .join('');
  const missing = absent.length > 0 ? ` · ${thousands(absent.length)} that this data set does not make` : '';
  return `  ${style.bold('Marts')}   ${thousands(made.length)} built${missing}\n${style.dim(needs.join(''))}  ${style.bold('Checks')}  ${passed}\n${failed}`;
}

/** Warnings in the summary before the rest is only counted. */
const WARNINGS_SHOWN = 10;

function warnings({ warnings: texts, unclaimed }: RunSummary, style: Style): string {
  const all = [
    ...texts,
    ...(unclaimed.length > 0 ? [`not read, because no table of the contract claims it: ${unclaimed.join(', ')}`] : []),
  ];
  if (all.length === 0) return '';
  const lines = all.slice(0, WARNINGS_SHOWN).map(text => `    ${style.yellow('!')} ${text}\n`);
  const more = all.length > WARNINGS_SHOWN ? `    … and ${all.length - WARNINGS_SHOWN} more\n` : '';
  return `  ${style.bold('Warnings')}\n${lines.join('')}${more}`;
}

/** One line for scripts and for people in a hurry. */
function verdict({ checks, warnings: texts, unclaimed, sales, tables, outcome }: RunSummary, style: Style): string {
  const quarantined = [...sales, ...tables].reduce((sum, file) => sum + file.quarantined, 0);
  const published = outcome === 'refused' ? 'no' : 'yes';
  const warned = texts.length + (unclaimed.length > 0 ? 1 : 0);
  const line = `PASS=${checks.passed} WARN=${warned} FAIL=${checks.failed.length} QUARANTINED=${quarantined} PUBLISHED=${published}`;
  return `  ${outcome === 'refused' ? style.red(line) : style.bold(line)}\n`;
}

function hints(summary: RunSummary, options: SummaryOptions): string {
  const { style = PLAIN } = options;
  const example = summary.marts.some(({ name, built }) => name === 'mart_monthly_sales' && built)
    ? 'mart_monthly_sales'
    : 'fct_sales';
  const flag = runFlag(summary);
  const refused = [`quarantine show${flag}`, `quarantine export${flag}`, `check${flag}`];
  const verbs =
    summary.outcome !== 'refused'
      ? [`query "select * from ${example} limit 12"`, 'check', `runs ${summary.run}`]
      : summary.checks.failed.length > 0
        ? refused.toReversed()
        : refused;
  const advice = summary.outcome === 'refused' ? `  ${style.bold('do')}    ${adviceOf(summary)}\n` : '';
  const lines = verbs.map((verb, at) => `  ${at === 0 ? style.dim('next') : '    '}  ${commandLine(options, verb)}\n`);
  return advice + lines.join('');
}

function adviceOf({ checks }: RunSummary): string {
  return checks.failed.length === 0
    ? 'mend the files, or raise maxRejectRate in the contract if that many are to be expected; then run again'
    : 'see what the failed checks found; a check that fails on sound files is a bug in endcap';
}

/** What a refused run built is nobody's publication: commands have to be told to look at it. */
const runFlag = ({ outcome, run }: RunSummary): string => (outcome === 'refused' ? ` --run ${run}` : '');

const commandLine = ({ command = 'npx endcap', projectFlag = '' }: SummaryOptions, verb: string): string =>
  `${command} ${verb}${projectFlag}`;

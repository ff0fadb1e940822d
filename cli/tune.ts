/** `endcap tune DIR`: searches for the recommender that this shop's own sales speak for, and keeps it for the runs to come. */
import { join } from 'node:path';
import type { ChoiceFile, TrialRecord } from '../coordinator/choicefile.ts';
import type { TuneReport } from '../coordinator/tune.ts';
import { shellWord } from './command.ts';
import { workOnFolder } from './folder.ts';
import { count, duration, percent, thousands } from './format.ts';
import type { ExitStatus, Session } from './io.ts';
import { projectFlag } from './project.ts';
import { type ListFigures, listTable } from './recommendations.ts';
import type { Style } from './style.ts';
import { alignedTable } from './table.ts';

export interface TuneVerbOptions {
  readonly contract?: string;
  readonly threads?: number;
  readonly quick?: boolean;
  readonly asOf?: string;
}

export async function tuneVerb(
  session: Session,
  dir: string,
  { contract, threads, quick, asOf }: TuneVerbOptions,
): Promise<ExitStatus> {
  const words = asOf === undefined ? '' : ` --as-of ${asOf}`;
  const { result, status } = await workOnFolder(
    session,
    { verb: 'tune', dir, contract, words: `${words}${quick ? ' --quick' : ''}` },
    async given => {
      const { tune } = await import('../coordinator/tune.ts');
      return tune({ ...given, contract, threads, quick, asOf });
    },
  );
  if (!result || session.options.json) return status;
  const { blendText } = await import('../jobs/recommend/choice.ts');
  session.print(reportText(result, blendText, session.outStyle));
  const flag = await projectFlag(session, result.project);
  const own = contract === undefined ? '' : ` --contract ${shellWord(contract)}`;
  session.say(`  ${session.errStyle.dim('next')}       ${session.command} run ${shellWord(dir)}${own}${flag}${words}`);
  return status;
}

type Choice = ChoiceFile['choice'];
type BlendText = (blend: Choice['lists']['new']) => string;

function reportText({ file, project, key, ms }: TuneReport, blendText: BlendText, style: Style): string {
  const { windows, sample, choice, trials } = file;
  const [looked, all] = sample.blocks;
  const part = looked === all ? '' : `, which are ${percent(looked / all, 0)} of all`;
  return [
    `${style.green('✔')} ${style.bold('Chosen')} after ${count(trials.length, 'trial')} in ${duration(ms)}: ${join(project, key)}\n`,
    `  learned from ${windows.learned.join(' to ')}, judged by ${windows.judged.join(' to ')}\n` +
      `  ${count(sample.customers, 'customer')}${part}, ${count(sample.pairs, 'pair')}, ${count(sample.products, 'product')}\n`,
    `  ${style.bold('Chosen')}  gain over the baseline to be expected\n${listTable(chosenLists(file, blendText), style)}`,
    `${alignedTable([{ title: '' }, { title: '' }], settings(choice), { indent: 4 })}`,
    ...(['again', 'new'] as const).map(
      list => `  ${style.bold('Best trials')}  ${list}\n${bestTrials(trials, list, style)}`,
    ),
  ].join('\n');
}

const chosenLists = ({ choice, lists }: ChoiceFile, blendText: BlendText): ListFigures[] =>
  (['again', 'new'] as const).map(list => {
    const { chosen, baseline, gain } = lists[list];
    return {
      list,
      chosen: blendText(choice.lists[list]),
      baseline: list === 'again' ? 'frequency' : 'popularity',
      ndcg: [chosen.ndcg, baseline.ndcg],
      gain,
      customers: chosen.customers,
      note: '',
    };
  });

/** Only of what the lists are made of. */
function settings({ als, ease, halfLife, lists }: Choice): string[][] {
  const isUsed = (part: 'als' | 'ease') => Object.values(lists).some(blend => blend[part] !== 0);
  return [
    ['half-life', halfLife === null ? 'none: a purchase counts the same for ever' : count(halfLife, 'day')],
    ...(isUsed('als') ? [['als', alsText(als)]] : []),
    ...(isUsed('ease') ? [['ease', `regularization ${thousands(ease.regularization)}`]] : []),
  ];
}

const alsText = ({ rank, iterations, regularization, unobserved }: Choice['als']): string =>
  `rank ${rank}, ${count(iterations, 'iteration')}, regularization ${regularization}, unobserved ${unobserved}`;

/** Trials of a list that are printed: the file has all. */
const TRIALS_SHOWN = 6;

function bestTrials(trials: readonly TrialRecord[], list: string, style: Style): string {
  const rows = trials
    .flatMap(({ results, ...trial }) => results.map(result => ({ ...trial, ...result })))
    .filter(result => result.list === list)
    .toSorted((a, b) => b.ndcg - a.ndcg);
  const shown = rows.filter(
    ({ model, ndcg }, i) => rows.findIndex(own => own.model === model && own.ndcg === ndcg) === i,
  );
  const lines = shown
    .slice(0, TRIALS_SHOWN)
    .map(({ model, ndcg, recall, als, ease, halfLife }) => [
      model,
      ndcg.toFixed(4),
      recall.toFixed(4),
      [
        ...(als && model.includes('als') ? [`als ${alsText(als)}`] : []),
        ...(ease && model.includes('ease') ? [`ease ${thousands(ease.regularization)}`] : []),
        ...(halfLife === null ? [] : [`half-life ${halfLife}`]),
      ].join(' · '),
    ]);
  const titles = [
    { title: 'model' },
    { title: 'NDCG', align: 'right' as const },
    { title: 'recall', align: 'right' as const },
    { title: '' },
  ];
  return alignedTable(titles, lines, { indent: 4, style });
}

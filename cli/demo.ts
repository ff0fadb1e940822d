/** `endcap demo`: a grocery data set with known defects, the whole pipeline on it, and its numbers against the truth. */
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { errnoOf } from '../base/errors.ts';
import type { RunSummary } from '../coordinator/summary.ts';
import type { GroceryTruth } from '../datasets/grocery/generate.ts';
import { addCounts, NO_RECORDS } from '../lake/manifest.ts';
import { shellWord } from './command.ts';
import { count, duration, money, thousands } from './format.ts';
import type { ExitStatus, Session } from './io.ts';
import { projectFlag } from './project.ts';
import { runFolder, showSummary } from './run.ts';

export interface DemoOptions {
  readonly rows: number;
  readonly seed: number;
  readonly dirt: number;
  readonly dir?: string;
}

/** Sales of one customer, on average: as in the data set that this one is like. */
const SALES_PER_CUSTOMER = 65;
const CUSTOMERS_MIN = 50;

export async function demoVerb(session: Session, options: DemoOptions): Promise<ExitStatus> {
  const folder = resolve(session.cwd, options.dir ?? join('.endcap', 'demo-data'));
  const dir = relative(session.cwd, folder) || '.';
  const truth = await makeData(session, folder, options);
  session.say(
    session.errStyle.dim(
      `$ ${session.command} run ${shellWord(dir)} --contract grocery --project ${session.options.project ?? join('.endcap', 'demo')}`,
    ),
  );
  const project = session.options.project ?? join('.endcap', 'demo');
  const { summary, status } = await runFolder(session, dir, { contract: 'grocery', project });
  if (!summary || session.options.json) return status;
  await showSummary(session, summary);
  const agrees = compare(session, summary, truth);
  await tellNext(session, summary);
  return agrees ? status : 1;
}

/** Makes the files, unless the same ones are there already. */
async function makeData(session: Session, folder: string, { rows, seed, dirt }: DemoOptions): Promise<GroceryTruth> {
  const customers = Math.max(CUSTOMERS_MIN, Math.round(rows / SALES_PER_CUSTOMER));
  const wanted = JSON.stringify({ rows, seed, dirt, customers });
  // Hidden files are no data for a run.
  const note = join(folder, '.endcap-demo.json');
  const known = await readNote(note);
  if (known && JSON.stringify(known.options) === wanted) {
    session.say(`The demo's files are in ${folder} already.`);
    return known.truth;
  }
  const { generateGrocery } = await import('../datasets/grocery/generate.ts');
  const started = session.now();
  await mkdir(folder, { recursive: true });
  await rm(note, { force: true });
  const truth = await writeFiles(folder, write => generateGrocery({ rows, customers, seed, dirt }, write));
  await writeFile(note, JSON.stringify({ options: JSON.parse(wanted), truth }));
  session.say(`Made a grocery data set of ${count(rows, 'sale')} in ${folder} (${duration(session.now() - started)}).`);
  return truth;
}

/** Each file is opened when its first piece comes. */
async function writeFiles<T>(
  folder: string,
  generate: (write: (file: string, bytes: Uint8Array) => Promise<void>) => Promise<T>,
): Promise<T> {
  const handles = new Map<string, Awaited<ReturnType<typeof open>>>();
  try {
    return await generate(async (file, bytes) => {
      const handle = handles.get(file) ?? (await open(join(folder, file), 'w'));
      handles.set(file, handle);
      await handle.writeFile(bytes);
    });
  } finally {
    for (const handle of handles.values()) await handle.close();
  }
}

interface Note {
  readonly options: unknown;
  readonly truth: GroceryTruth;
}

async function readNote(path: string): Promise<Note | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Note;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** The generator knows what it planted: the run must have found exactly that. */
function compare(session: Session, { sales, money: sums }: RunSummary, { sales: truth }: GroceryTruth): boolean {
  const seen = sales.reduce(addCounts, NO_RECORDS);
  const agrees =
    seen.read === truth.read &&
    seen.kept === truth.kept &&
    seen.duplicate === truth.duplicate &&
    seen.quarantined === truth.quarantined &&
    money(sums.kept) === money(truth.revenue);
  const { outStyle: style } = session;
  const planted = `${thousands(truth.quarantined)} defects and ${count(truth.duplicate, 'duplicate')} were planted`;
  session.print(
    agrees
      ? `  ${style.green('✔')} ${planted}, and exactly those were found\n  ${style.green('✔')} the revenue is the generator’s own, to the last digit\n`
      : `  ${style.red('✖')} ${planted}, with a revenue of ${money(truth.revenue)}: the run found something else. This is a bug in endcap\n`,
  );
  return agrees;
}

async function tellNext(session: Session, { project, reasons, sales }: RunSummary): Promise<void> {
  const flag = await projectFlag(session, project);
  const first = reasons.find(({ table }) => table === sales[0]?.table);
  const ideas: [verb: string, text: string][] = [
    ['query "select * from mart_category_sales"', 'ask any table; `show tables` lists them'],
    ['quarantine show', 'what was refused, and why'],
    ...(first
      ? [[`why ${first.firstFile}:${first.firstLine}`, 'what became of one line of a file'] as [string, string]]
      : []),
    ['recommend 42', 'what to offer one customer, and why'],
    ['explain Champions', 'what a segment is, a metric, a table or a customer'],
    ['status', 'what is published, and how fresh it is'],
  ];
  session.say(session.errStyle.bold('Try next'));
  for (const [verb, text] of ideas)
    session.say(`  ${session.command} ${verb}${flag}\n      ${session.errStyle.dim(text)}`);
  session.say(`  ${session.command} run DIR\n      ${session.errStyle.dim('your own folder of CSV files')}`);
}

/** `npm run bench`: one table a hot loop, then the goals and what was measured. See options.ts for what it takes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alsTable } from './als.ts';
import { csvTable } from './csv.ts';
import { groceryData } from './data.ts';
import { encodeTable } from './encode.ts';
import { describeRun } from './machine.ts';
import { movielensTable } from './movielens.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { parquetTable } from './parquet.ts';
import { type Goal, type Report, renderGoals, renderReport } from './report.ts';
import { runTable } from './run.ts';
import { scaleTable } from './scale.ts';
import type { Settings } from './settings.ts';
import { threadsTable } from './threads.ts';
import { wholeTable } from './whole.ts';

const TABLES: Readonly<Record<string, (settings: Settings) => Promise<Report>>> = {
  csv: csvTable,
  parquet: parquetTable,
  encode: encodeTable,
  als: alsTable,
  threads: threadsTable,
  run: runTable,
  whole: wholeTable,
  movielens: movielensTable,
  scale: scaleTable,
};

async function bench(options: Options): Promise<void> {
  const { markdown, runs } = options;
  const work = await mkdtemp(join(tmpdir(), 'endcap-bench-'));
  try {
    const data = await groceryData(options.rows, options.data);
    const header = describeRun(options, data);
    console.log(`${markdown ? `\`\`\`\n${header}\n\`\`\`` : header}\n`);
    const goals: Goal[] = [];
    for (const name of options.tables) {
      const report = await TABLES[name]!({ data, runs, work });
      console.log(`${renderReport(report, markdown)}\n`);
      goals.push(...report.goals);
    }
    console.log(renderGoals(goals, markdown));
    if (goals.some(({ kind, met }) => kind === 'proof' && met === false)) process.exitCode = 1;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

try {
  const options = readOptions(process.argv.slice(2), Object.keys(TABLES));
  if (options.help) console.log(HELP);
  else await bench(options);
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

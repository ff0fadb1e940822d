/** The command line: which verbs there are, what they take, and their help. Each verb is loaded when it is called. */
import { Command, CommanderError, Option } from 'commander';
import { config } from '../base/config.ts';
import { type UserError, usageError } from '../base/errors.ts';
import { ITERATIONS_MAX, RANK_MAX, TOP_MAX } from '../base/limits.ts';
import { MODELS } from '../jobs/recommend/choice.ts';
import packageJson from '../package.json' with { type: 'json' };
import { commandName } from './command.ts';
import { type ExitStatus, type GlobalOptions, type Io, openSession, type Session } from './io.ts';
import { byteSize, day, rfmCuts, wholeNumber } from './options.ts';
import { createStyle } from './style.ts';

/** Runs one command and gives its exit code; throws nothing. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let status: ExitStatus = 0;
  const command = commandName(io.cwd, config.path);
  const program = createProgram(io, command, async (verb, options) => {
    status = await verb(openSession(io, options, command));
  });
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(argv, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    // A verb of a verb is missing: the help has been printed.
    if (error instanceof CommanderError && error.code === 'commander.help') return 2;
    const { reportError } = await import('./errors.ts');
    return reportError(
      error instanceof CommanderError ? misuse(error, command) : error,
      openSession(io, globalsIn(argv), command),
    );
  }
}

type Verb = (session: Session) => Promise<ExitStatus>;
type Call = (verb: Verb, options: GlobalOptions) => Promise<void>;

function createProgram(io: Io, name: string, call: Call): Command {
  const program = new Command('endcap')
    .description('From a folder of retail CSV files to numbers a shop can trust.')
    .version(packageJson.version, '-V, --version', 'print the version')
    .option('--project <dir>', 'folder of the lake, warehouse and runs (default: the one below .endcap)')
    .option('--json', 'print data or events as JSON')
    .option('-q, --quiet', 'print nothing but results and errors')
    .option('-v, --verbose', 'print more, and stack traces of errors')
    .option('--no-color', 'print without colour (as does NO_COLOR=1)')
    .helpCommand('help [verb]', 'print the help of a verb')
    .showHelpAfterError(false)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, helpWidth: Math.min(100, io.out.columns()) })
    .configureOutput({
      writeOut: text => io.out.write(text),
      writeErr: text => io.err.write(text),
      outputError: () => undefined,
      getOutHasColors: () => io.out.isTTY && !io.noColor,
    });
  examples(program, name, ['demo', 'run ../exports', 'query "select * from mart_monthly_sales"']);
  addRunVerb(program, name, call);
  addTuneVerb(program, name, call);
  addDemoVerb(program, name, call);
  addLookVerbs(program, name, call);
  addCustomerVerbs(program, name, call);
  addDiffVerb(program, name, call);
  addRecordVerbs(program, name, call);
  addKeepVerbs(program, name, call);
  const { bold } = createStyle(io.out.isTTY && !io.noColor);
  for (const each of [program, ...program.commands])
    each.configureHelp({ ...program.configureHelp(), styleTitle: bold });
  return program;
}

/** Flags that say how customers are looked at. */
const CUSTOMER_FLAGS = ['asOf', 'rfm', 'rfmCuts', 'rfmAxis', 'recommend', 'rank', 'iterations', 'top'];

function addRunVerb(program: Command, name: string, call: Call): void {
  const run = program
    .command('run')
    .argument('<dir>', 'folder of CSV files, which may be compressed (.csv.gz, .csv.zst)')
    .description('Read a folder of CSV files and publish what they say. Goes on where an earlier run stopped.')
    .option('--contract <name|file>', 'what the files promise (default: whichever contract fits)')
    .option('--threads <n>', 'worker threads; 0 uses none (default: one a core)', wholeNumber('--threads', 0, 256))
    .option('--chunk-bytes <size>', 'raw bytes of one task, such as 64KB, 1MB, 64MB', byteSize('--chunk-bytes'))
    .option('--as-of <day>', 'customers as of this day (default: the day after the last sale)', day('--as-of'))
    .addOption(
      new Option('--rfm <method>', 'where scores end (default: quantiles)').choices([
        'quantiles',
        'fixed',
        'ntile',
        'kmeans',
      ]),
    )
    .option('--rfm-cuts <text>', 'of --rfm fixed: "recency=30,60,90,180;frequency=…;monetary=…"', rfmCuts)
    .addOption(new Option('--rfm-axis <axis>', 'beside recency: orders, or orders and money').choices(['F', 'FM']))
    .addOption(
      new Option('--no-customers', 'leave out what is computed customer by customer').conflicts(CUSTOMER_FLAGS),
    )
    .addOption(
      new Option('--recommend <model>', 'what recommends products (default: what endcap tune chose)').choices(MODELS),
    )
    .option('--rank <n>', 'of als: numbers of each product', wholeNumber('--rank', 1, RANK_MAX))
    .option('--iterations <n>', 'of als: rounds of training', wholeNumber('--iterations', 1, ITERATIONS_MAX))
    .option('--top <n>', 'products on each list', wholeNumber('--top', 1, TOP_MAX))
    .option('--no-gate', 'publish its lists without trying them out against the baselines')
    .action(async (dir: string, _options, self: Command) => {
      const { runVerb } = await import('./run.ts');
      await call(session => runVerb(session, dir, self.opts()), self.optsWithGlobals());
    });
  examples(run, name, [
    'run ../exports',
    'run ../exports --project shop --contract ./contract.ts',
    'run ../exports --as-of 2024-12-31 --rfm-axis FM',
    'run ../exports --recommend als --rank 10 --iterations 10 --top 3 --no-gate',
    'run ../exports --json > events.ndjson',
  ]);
}

function addTuneVerb(program: Command, name: string, call: Call): void {
  const tune = program
    .command('tune')
    .argument('<dir>', 'folder of CSV files, as for run')
    .description('Choose what recommends products, by what customers bought later; run uses the choice.')
    .option('--contract <name|file>', 'what the files promise (default: whichever contract fits)')
    .option('--threads <n>', 'worker threads; 0 uses none (default: one a core)', wholeNumber('--threads', 0, 256))
    .option('--as-of <day>', 'take no sale of this day or later (default: the day after the last sale)', day('--as-of'))
    .option('--quick', 'try only a few configurations')
    .action(async (dir: string, _options, self: Command) => {
      const { tuneVerb } = await import('./tune.ts');
      await call(session => tuneVerb(session, dir, self.opts()), self.optsWithGlobals());
    });
  examples(tune, name, ['tune ../exports', 'tune ../exports --quick --project shop', 'tune ../exports --json']);
}

function addDemoVerb(program: Command, name: string, call: Call): void {
  const demo = program
    .command('demo')
    .description('Make a grocery data set with known defects, run it, and compare with the truth.')
    .option('--rows <n>', 'sales to make', wholeNumber('--rows', 1, 100_000_000), 200_000)
    .option('--seed <n>', 'the same seed makes the same files', wholeNumber('--seed', 0, 2 ** 31), 7)
    .addOption(new Option('--dirt <share>', 'share of the sales that are spoilt').default(0.01).argParser(share))
    .option('--dir <dir>', 'where the files go (default: .endcap/demo-data)')
    .action(async (_options, self: Command) => {
      const { demoVerb } = await import('./demo.ts');
      await call(session => demoVerb(session, self.opts()), self.optsWithGlobals());
    });
  examples(demo, name, ['demo', 'demo --rows 1000000 --dirt 0.03 --project .endcap/big-demo']);
}

function addLookVerbs(program: Command, name: string, call: Call): void {
  const status = program
    .command('status')
    .description('Say what is published, how fresh it is, and what the last run did.')
    .action(async (_options, self: Command) => {
      const { statusVerb } = await import('./status.ts');
      await call(statusVerb, self.optsWithGlobals());
    });
  examples(status, name, ['status', 'status --json']);
  const runs = program
    .command('runs')
    .argument('[id]', 'a run: prints its summary')
    .description('List the runs of a project, or print the summary of one.')
    .action(async (id: string | undefined, _options, self: Command) => {
      const { runsVerb } = await import('./runs.ts');
      await call(session => runsVerb(session, id), self.optsWithGlobals());
    });
  examples(runs, name, ['runs', 'runs 20261121-1405-fb86']);
  const check = withRun(program.command('check'))
    .description('Run every check on what is published, and count and add it up anew.')
    .action(async (_options, self: Command) => {
      const { checkVerb } = await import('./check.ts');
      await call(session => checkVerb(session, self.opts()), self.optsWithGlobals());
    });
  examples(check, name, ['check', 'check --json']);
  const query = withRun(program.command('query'))
    .argument('<sql>', 'one query; - reads it from stdin')
    .description('Ask the published tables: fct_sales, dim_…, mart_…, quarantine.')
    .addOption(new Option('--csv', 'print CSV (RFC 4180)').conflicts(['md', 'json']))
    .addOption(new Option('--md', 'print a Markdown table').conflicts(['csv', 'json']))
    .action(async (sql: string, _options, self: Command) => {
      const { queryVerb } = await import('./query.ts');
      await call(session => queryVerb(session, sql, self.opts()), self.optsWithGlobals());
    });
  examples(query, name, [
    'query "show tables"',
    'query "select * from mart_monthly_sales" --csv > months.csv',
    'query - --json < report.sql',
  ]);
}

function addCustomerVerbs(program: Command, name: string, call: Call): void {
  const recommend = program
    .command('recommend')
    .argument('[customer]', 'an id (default: someone of whom nothing is known)')
    .description('Recommend products to one customer, now, and say why.')
    .option('--bought <ids>', 'instead of a customer: who bought just these products, such as 12,40')
    .option('--top <n>', 'products on each list (default: as many as are published)', wholeNumber('--top', 1, TOP_MAX))
    .action(async (customer: string | undefined, _options, self: Command) => {
      const { recommendVerb } = await import('./recommend.ts');
      await call(session => recommendVerb(session, customer, self.opts()), self.optsWithGlobals());
    });
  examples(recommend, name, ['recommend 1024', 'recommend 1024 --top 3 --json', 'recommend --bought 12,40']);
  const explain = program
    .command('explain')
    .argument(
      '<what>',
      'a table or mart, a metric, a segment, a column, or a customer; the first of them that has the name',
    )
    .description('Explain a number, a table, a segment or a customer: what it is, what makes it, what it comes to.')
    .addOption(
      new Option('--as <kind>', 'which of them is meant').choices(['table', 'metric', 'segment', 'column', 'customer']),
    )
    .action(async (what: string, _options, self: Command) => {
      const { explainVerb } = await import('./explain.ts');
      await call(session => explainVerb(session, what, self.opts()), self.optsWithGlobals());
    });
  examples(explain, name, ['explain revenue', 'explain mart_recommend', 'explain 1024 --as customer']);
}

function addDiffVerb(program: Command, name: string, call: Call): void {
  const diff = program
    .command('diff')
    .argument('<a>', 'a publication’s number, or a run')
    .argument('[b]', 'what it is compared with (default: what is published)')
    .description('Compare two publications or runs: rows, money, customers, and how they moved between segments.')
    .action(async (a: string, b: string | undefined, _options, self: Command) => {
      const { diffVerb } = await import('./diff.ts');
      await call(session => diffVerb(session, a, b), self.optsWithGlobals());
    });
  examples(diff, name, ['diff 1 2', 'diff 20261121-1405-fb86', 'diff 1 2 --json']);
}

function addRecordVerbs(program: Command, name: string, call: Call): void {
  const quarantine = program
    .command('quarantine')
    .description('Look at the records that did not become rows, and why.');
  const show = withRun(quarantine.command('show'))
    .description('List the reasons, and the first records as they stand in their files.')
    .option('--code <code>', 'only this reason, such as E_FK')
    .option('--file <file>', 'only this raw file')
    .option('--limit <n>', 'records to print', wholeNumber('--limit', 0, 1_000_000), 10)
    .action(async (_options, self: Command) => {
      const { quarantineShow } = await import('./quarantine.ts');
      await call(session => quarantineShow(session, self.opts()), self.optsWithGlobals());
    });
  examples(show, name, ['quarantine show', 'quarantine show --code E_FK --limit 50', 'quarantine show --json']);
  const exported = withRun(quarantine.command('export'))
    .description('Write the refused records, byte for byte, as CSV files that can be mended and run again.')
    .option('--out <dir>', 'folder to make (default: quarantine-<data set>)')
    .option('--code <code>', 'only this reason')
    .option('--file <file>', 'only this raw file')
    .action(async (_options, self: Command) => {
      const { quarantineExport } = await import('./quarantine-export.ts');
      await call(session => quarantineExport(session, self.opts()), self.optsWithGlobals());
    });
  examples(exported, name, ['quarantine export', 'quarantine export --out to-mend --code E_REQUIRED']);
  const why = withRun(program.command('why'))
    .argument('<file:line>', 'a line of a raw file, the header being line 1')
    .description('Tell what became of a record: a row, a duplicate, or quarantined, and why.')
    .action(async (place: string, _options, self: Command) => {
      const { whyVerb } = await import('./why.ts');
      await call(session => whyVerb(session, place, self.opts()), self.optsWithGlobals());
    });
  examples(why, name, ['why sales.csv:118', 'why ../exports/sales.csv:118 --json']);
}

function addKeepVerbs(program: Command, name: string, call: Call): void {
  const rollback = program
    .command('rollback')
    .argument('[n]', 'publication to go back to (default: the one before)', wholeNumber('N', 1, 999_999))
    .description('Publish an earlier publication again. Nothing is deleted.')
    .action(async (n: number | undefined, _options, self: Command) => {
      const { rollbackVerb } = await import('./rollback.ts');
      await call(session => rollbackVerb(session, n), self.optsWithGlobals());
    });
  examples(rollback, name, ['rollback', 'rollback 3']);
  const doctor = program
    .command('doctor')
    .description('Check this machine and the project, and say what to mend.')
    .action(async (_options, self: Command) => {
      const { doctorVerb } = await import('./doctor.ts');
      await call(doctorVerb, self.optsWithGlobals());
    });
  examples(doctor, name, ['doctor', 'doctor --json']);
}

const withRun = (command: Command): Command =>
  command.option('--run <id>', 'look at what this run built, published or not (default: what is published)');

function examples(command: Command, name: string, lines: readonly string[]): void {
  command.addHelpText('after', `\nExamples:\n${lines.map(line => `  $ ${name} ${line}\n`).join('')}`);
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw usageError(`--dirt ${text}: expected a share from 0 to 1`, '--dirt 0.01   spoils one sale in a hundred');
}

/** Commander's own complaints in our words: "error: unknown command 'statsu'\n(Did you mean status?)". */
function misuse(error: CommanderError, command: string): UserError {
  const [what = '', guess] = error.message.replace(/^error: /, '').split('\n');
  const meant = /Did you mean (.*)\?/.exec(guess ?? '')?.[1];
  return usageError(what, meant ? `did you mean '${meant}'?` : `${command} --help`);
}

/** The options that decide how an error is printed, when the command line could not be read. */
function globalsIn(argv: readonly string[]): GlobalOptions {
  return {
    json: argv.includes('--json'),
    verbose: argv.includes('-v') || argv.includes('--verbose'),
    color: !argv.includes('--no-color'),
  };
}

/** Checks of the code itself. Each rule is shown a bad source first: a rule that cannot fail says nothing. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { broken, cycles, deadExports, deadFiles, foreignPackages, type Known, layers } from './tidy/imports.ts';
import { bare, type Rule, readSources, type Sources } from './tidy/sources.ts';
import {
  anyType,
  datasetFolders,
  environment,
  focusedTests,
  longFiles,
  longFunctions,
  markdownTitles,
  martChecks,
  othersPlaces,
  unfinished,
} from './tidy/text.ts';

const root = new URL('../', import.meta.url);
const sources = readSources(root);
const fixtures = readdirSync(new URL('datasets/', root), { recursive: true, encoding: 'utf8' }).map(
  file => `datasets/${file}`,
);

/** Exports that are used in ways an import does not show. */
const KNOWN: Known = [
  [/^datasets\/contract\.ts /, 'users import it as endcap/contract'],
  [
    /^kernels\/(column\.ts setNumber|dates\.ts parseByPattern|encoding\.ts (isAscii|readText)|numbers\.ts parseInteger)$/,
    'the plain reader in test/plain is made of them',
  ],
  [/^jobs\/\w+\/tasks\.ts /, 'called by their names, such as clean.chunk, in jobs/registry.ts'],
];

type Planted = Readonly<Record<string, string>>;

/** A rule, what breaks it and where, and what does not. */
interface Case {
  readonly rule: Rule;
  readonly bad: readonly (readonly [planted: Planted, found: string])[];
  readonly good?: Planted;
}

/** Written so that this file does not break the rule that is shown them. */
const HOME = ['', 'home', 'me'].join('/');
const WORK = ['', 'work', 'main'].join('/');
const HOST = ['registry', 'npmjs', 'org'].join('.');

const lines = (count: number): string => 'x;\n'.repeat(count);

const CASES: Readonly<Record<string, Case>> = {
  'folders import only what lies below them': {
    rule: layers,
    bad: [
      [{ 'base/a.ts': "\nimport { b } from '../lake/b.ts';", 'lake/b.ts': '' }, 'base/a.ts:2 imports lake/b.ts'],
      [
        { 'kernels/a.ts': "import type { b } from '../base/b.ts';", 'base/b.ts': '' },
        'kernels/a.ts:1 imports base/b.ts',
      ],
      [{ 'cli/a.ts': "await import('../kernels/b.ts');", 'kernels/b.ts': '' }, 'cli/a.ts:1 imports kernels/b.ts'],
      [
        { 'jobs/x/a.ts': "export { b } from '../../cluster/threads.ts';", 'cluster/threads.ts': '' },
        'jobs/x/a.ts:1 imports cluster/threads.ts',
      ],
      [
        { 'coordinator/a.ts': "new URL('../workers/thread.ts', import.meta.url)", 'workers/thread.ts': '' },
        'coordinator/a.ts:1 imports workers/thread.ts',
      ],
      [{ 'lake/a.ts': "import {\n  b,\n} from '../test/b.ts';", 'test/b.ts': '' }, 'lake/a.ts:3 imports test/b.ts'],
    ],
    good: {
      'jobs/x/a.ts': "import type { b } from '../../cluster/task.ts'; // from '../../cli/c.ts'",
      'cluster/task.ts': '',
      'coordinator/work.ts': "new URL('../workers/thread.ts', import.meta.url)",
      'workers/thread.ts': '',
      'cli/c.ts': '',
      'base/a.test.ts': "import '../cli/c.ts';",
    },
  },
  'a package is used in the one place that may know it': {
    rule: foreignPackages,
    bad: [
      [{ 'jobs/a.ts': "import { Piscina } from 'piscina';" }, 'jobs/a.ts:1 imports piscina'],
      [{ 'warehouse/a.ts': "await import('@duckdb/node-api')" }, 'warehouse/a.ts:1 imports @duckdb/node-api'],
      [{ 'lake/a.ts': "import { Table } from 'apache-arrow';" }, 'lake/a.ts:1 imports apache-arrow'],
    ],
    good: {
      'warehouse/duckdb.ts': "import '@duckdb/node-api';",
      'lake/parquet/a.ts': "import 'parquet-wasm';",
      'workers/a.ts': "import 'piscina';",
    },
  },
  'every import leads to a file': {
    rule: broken,
    bad: [[{ 'base/a.ts': "await import('./gone.ts')" }, 'base/a.ts:1 imports base/gone.ts, which is not there']],
    good: { 'base/a.ts': "import './b.ts'; import 'zod/v4';", 'base/b.ts': '' },
  },
  'no file imports itself by way of others': {
    rule: cycles,
    bad: [
      [
        {
          'base/a.ts': "import './b.ts';",
          'base/b.ts': "\nimport type { C } from './c.ts';",
          'base/c.ts': "export { b } from './b.ts'",
        },
        'base/b.ts:2 imports itself by base/c.ts → base/b.ts',
      ],
    ],
    good: {
      'base/a.ts': "import './b.ts';\nimport './c.ts';",
      'base/b.ts': "import './c.ts';",
      'base/c.ts': "await import('./a.ts')",
    },
  },
  'every file is used, by more than tests': {
    rule: deadFiles,
    bad: [
      [{ 'base/a.ts': '' }, 'base/a.ts:1 is imported by nobody'],
      [{ 'base/a.ts': '', 'base/a.test.ts': "import './a.ts';" }, 'base/a.ts:1 is imported by nobody'],
      [{ 'test/helper.ts': '' }, 'test/helper.ts:1 is imported by nobody'],
    ],
    good: {
      'cli/a.mjs': "import './b.ts';",
      'cli/b.ts': '',
      'package.json': '{ "bin": "cli/a.mjs" }',
      'test/a.test.ts': "import './c.ts';",
      'test/c.ts': '',
    },
  },
  'every exported name is used by another file, and by more than tests': {
    rule: deadExports(KNOWN),
    bad: [
      [{ 'base/a.ts': '\nexport const one = 1;' }, 'base/a.ts:2 exports one, which nobody else uses'],
      [
        { 'base/a.ts': 'export async function one() {}', 'base/a.test.ts': "import { one } from './a.ts';" },
        'base/a.ts:1 exports one, which nobody else uses',
      ],
      [
        { 'base/a.ts': 'export interface One {}', 'base/b.ts': "import { Two } from './a.ts';" },
        'base/a.ts:1 exports One, which nobody else uses',
      ],
    ],
    good: {
      'base/a.ts':
        'export const one = 1; \nexport interface Two {}\nexport const three = (two: Two) => two;\nexport class Four {}',
      'base/b.ts': "import { one, three as drei } from './a.ts'; (await import('./a.ts')).Four",
    },
  },
  'no file is longer than 400 lines': {
    rule: longFiles,
    bad: [[{ 'base/a.test.ts': lines(401) }, 'base/a.test.ts:400 goes on for 401 lines']],
    good: { 'base/a.ts': lines(400) },
  },
  'no function is longer than 70 lines': {
    rule: longFunctions,
    bad: [
      [{ 'base/a.ts': `function a(): void {\n${lines(69)}}` }, 'base/a.ts:1 is a function of 71 lines'],
      [
        { 'base/a.ts': `const a = ({ b }: { b: number }): Promise<{ c: 1 }> => {\n${lines(69)}}` },
        'base/a.ts:1 is a function of 71 lines',
      ],
      [
        { 'base/a.ts': `class A {\n  async *b({ c }: D): AsyncIterable<E> {\n${lines(69)}}}` },
        'base/a.ts:2 is a function of 71 lines',
      ],
      [
        { 'base/a.ts': `function a(b: {\n  c: 1;\n}): { d: 1 } {\n${lines(69)}}` },
        'base/a.ts:3 is a function of 71 lines',
      ],
    ],
    good: {
      'base/a.ts': `class A {\n${lines(90)}}\nif (a) {\n${lines(90)}}\nconst c = {\n${lines(90)}};\nfunction b() {\n${lines(68)}}`,
    },
  },
  'only base/config.ts reads the environment': {
    rule: environment,
    bad: [
      [{ 'cli/a.ts': 'process.env.HOME' }, 'cli/a.ts:1 reads the environment'],
      [{ 'cli/a.ts': 'const { env } = process;' }, 'cli/a.ts:1 reads the environment'],
    ],
    good: {
      'base/config.ts': 'process.env',
      'cli/a.ts': "// process.env\n'process.env'; process.exit()",
      'test/a.ts': 'process.env',
    },
  },
  'nothing is of type any': {
    rule: anyType,
    bad: [
      [{ 'base/a.ts': 'const a: any = 1;' }, 'base/a.ts:1 says any'],
      [{ 'base/a.test.ts': '\nb as any[]' }, 'base/a.test.ts:2 says any'],
      [{ 'base/a.ts': 'Array<any>' }, 'base/a.ts:1 says any'],
    ],
    good: { 'base/a.ts': 'AbortSignal.any([]); // any\nconst a = { any: 1 }; `any`; /any/;\n"any"' },
  },
  'nothing is left to be done': {
    rule: unfinished,
    bad: [
      [{ 'docs/a.md': `\nTO${'DO'}: more` }, 'docs/a.md:2 says TO' + 'DO'],
      [{ 'base/a.ts': `// FIX${'ME'}` }, 'base/a.ts:1 says FIX' + 'ME'],
    ],
    good: { 'docs/a.md': 'mastodon' },
  },
  'no path or host of one machine is named': {
    rule: othersPlaces,
    bad: [
      [{ 'docs/a.md': `see ${HOME}` }, `docs/a.md:1 names ${HOME}`],
      [{ 'base/a.ts': `'${WORK}'` }, `base/a.ts:1 names ${WORK}`],
      [{ 'package.json': `"https://${HOST}/a"` }, `package.json:1 names ${HOST}`],
    ],
    good: { 'base/a.ts': "'./work/a'; 'a/home/b'; './registry.ts'", 'docs/a.md': 'jobs/registry.ts' },
  },
  'no test is alone, left out or still to be written': {
    rule: focusedTests,
    bad: [
      [{ 'base/a.test.ts': `\nit${'.only'}('x')` }, 'base/a.test.ts:2 has it.only'],
      [{ 'base/a.test.ts': 'describe.skip.each' }, 'base/a.test.ts:1 has describe.skip'],
    ],
    good: { 'base/a.test.ts': 'it.skipIf(x)' },
  },
  'every page has one title': {
    rule: markdownTitles,
    bad: [
      [{ 'docs/a.md': '# A\n\n# B' }, 'docs/a.md:3 is another title'],
      [{ 'docs/a.md': '## A' }, 'docs/a.md:1 has no title'],
    ],
    good: { 'docs/a.md': '# A\n\n```sh\n# comment\n```\n## B\n' },
  },
  'every mart has a check': {
    rule: martChecks,
    bad: [[{ 'warehouse/marts/mart_a.sql': '' }, 'warehouse/marts/mart_a.sql:1 has no check of its name']],
    good: { 'warehouse/marts/mart_a.sql': '', 'warehouse/checks/mart_a.sql': '' },
  },
  'every data set has a contract, a README and fixtures': {
    rule: datasetFolders([...fixtures, 'datasets/a/fixtures/expected.json', 'datasets/a/fixtures/a.csv']),
    bad: [
      [{ 'datasets/a/contract.ts': '' }, 'datasets/a/README.md:1 is missing'],
      [{ 'datasets/a/README.md': '' }, 'datasets/a/contract.ts:1 is missing'],
      [{ 'datasets/b/README.md': '', 'datasets/b/contract.ts': '' }, 'datasets/b/fixtures/expected.json:1 is missing'],
    ],
    good: { 'datasets/a/contract.ts': '', 'datasets/a/README.md': '', 'datasets/open.ts': '' },
  },
};

const planted = (files: Planted): Sources => new Map(Object.entries({ 'package.json': '', ...files }));

describe.each(Object.entries(CASES))('%s', (_title, { rule, bad, good }) => {
  it.each(bad.map(([files, found]) => ({ files, found })))('or it is told: $found', ({ files, found }) => {
    expect(rule(planted(files))).toContain(found);
  });

  it('and nothing else is', () => expect(rule(planted(good ?? {}))).toEqual([]));

  it('in this repository', () => expect(rule(sources)).toEqual([]));
});

it('sees code, and neither comments nor texts', () => {
  const text = "a; // b\n/* c\n */ d('e\\'f', \"g\", `h@{i(`j`)}k`, /l'm/g) / n; 'https://o' // p".replace('@', '$');
  expect(
    bare(text)
      .split('\n')
      .map(line => line.replace(/\s+/g, ' ').trim()),
  ).toEqual(['a;', '', 'd( , , , g) / n;']);
  expect(bare(text, true)).toContain("'https://o'");
});

it('has read the repository', () => {
  expect(sources.size).toBeGreaterThan(100);
  for (const path of ['kernels/lines.ts', 'warehouse/marts/mart_order.sql', 'package.json', 'test/tidy.test.ts'])
    expect(sources.has(path), path).toBe(true);
});

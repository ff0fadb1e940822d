/** Who imports whom, and what nobody does. */
import { posix } from 'node:path';
import {
  code as allCode,
  production as allProduction,
  bare,
  isTest,
  lineAt,
  type Rule,
  type Sources,
} from './sources.ts';

/** Sources of kernels.wasm are AssemblyScript, which has rules of its own: its compiler tells of broken imports. */
const isOurs = ([path]: [string, string]): boolean => !path.startsWith('kernels/assembly/');
const code = (sources: Sources) => allCode(sources).filter(isOurs);
const production = (sources: Sources) => allProduction(sources).filter(isOurs);

/** A folder may import from itself and from those named here. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  kernels: [],
  datasets: ['base'],
  cluster: ['base'],
  lake: ['kernels', 'base'],
  warehouse: ['lake', 'base'],
  jobs: ['datasets', 'cluster/task.ts', 'lake', 'warehouse', 'kernels', 'base'],
  workers: ['jobs', 'cluster', 'lake', 'base'],
  coordinator: ['jobs', 'datasets', 'cluster', 'lake', 'warehouse', 'kernels', 'base'],
  dashboard: ['warehouse', 'lake', 'cluster', 'base'],
  cli: [
    'dashboard',
    'coordinator',
    'workers',
    'jobs',
    'datasets',
    'cluster',
    'lake',
    'warehouse',
    'base',
    'setup.mjs',
    'package.json',
  ],
};

/** The one place that starts what coordinators must not import. */
const BY_ADDRESS = ['coordinator/work.ts → workers/thread.ts'];

/** Who alone may use a package. */
const ONLY: readonly (readonly [pattern: RegExp, users: readonly string[]])[] = [
  [/^@duckdb\//, ['warehouse/duckdb.ts']],
  [/^@google-cloud\/bigquery/, ['warehouse/bigquery.ts']],
  [/^@google-cloud\/storage/, ['lake/gcs.ts']],
  [/^piscina/, ['cluster/threads.ts', 'workers/']],
  [/^(bullmq|ioredis)/, ['cluster/bullmq.ts', 'cluster/board.ts']],
  [/^(parquet-wasm|apache-arrow|parquetjs-lite)/, ['lake/parquet/']],
];

interface Import {
  readonly from: string;
  readonly line: number;
  /** A path from the root, or the name of a package. */
  readonly target: string;
  readonly kind: 'static' | 'dynamic' | 'address';
  /** The names taken; null when they cannot be told. */
  readonly names: readonly string[] | null;
}

const STATIC = /^[ \t]*(?:import|export)\s+(?:type\s+)?((?:[\w*$]|\{[^}]*\}|,|\s|\bas\b)*?)\s*(?:from\s*)?'([^']+)'/gm;
const DYNAMIC = /\bimport\(\s*'([^']+)'/g;
const ADDRESS = /\bnew URL\(\s*'([^':]+\.(?:ts|mjs))'/g;

function importsOf(path: string, text: string): Import[] {
  const source = bare(text, true);
  const withoutTexts = bare(text);
  const find = (pattern: RegExp) =>
    [...source.matchAll(pattern)].filter(({ index }) => /^\s*(import|export|new)\b/.test(withoutTexts.slice(index)));
  const target = (name: string, kind: Import['kind']) =>
    name.startsWith('.') || kind === 'address' ? posix.join(posix.dirname(path), name) : name;
  const make = (
    kind: Import['kind'],
    match: RegExpExecArray,
    name: string,
    names: readonly string[] | null,
  ): Import => ({
    from: path,
    line: lineAt(source, match.index + match[0].length),
    target: target(name, kind),
    kind,
    names,
  });
  return [
    ...find(STATIC).map(match => make('static', match, match[2]!, namesIn(match[1]!))),
    ...find(DYNAMIC).map(match => make('dynamic', match, match[1]!, null)),
    ...find(ADDRESS).map(match => make('address', match, match[1]!, null)),
  ];
}

function namesIn(clause: string): string[] | null {
  if (clause.includes('*')) return null;
  const named = /\{([^}]*)\}/.exec(clause)?.[1] ?? '';
  const names = named.split(',').map(
    name =>
      name
        .trim()
        .replace(/^type\s+/, '')
        .split(/\s+as\s+/)[0]!,
  );
  const byDefault = clause.replace(/\{[^}]*\}/, '').replace(/[,\s]/g, '');
  return [...names, byDefault === '' ? '' : 'default'].filter(name => name !== '');
}

const importsIn = (files: readonly [string, string][]): Import[] =>
  files.flatMap(([path, text]) => importsOf(path, text));

const folderOf = (path: string): string => path.split('/')[0]!;

export const layers: Rule = sources =>
  importsIn(production(sources)).flatMap(({ from, target, line }) => {
    const allowed = MAY_IMPORT[folderOf(from)];
    if (!allowed || !sources.has(target) || folderOf(target) === folderOf(from)) return [];
    if (BY_ADDRESS.includes(`${from} → ${target}`)) return [];
    if (!isTest(target) && (allowed.includes(folderOf(target)) || allowed.includes(target))) return [];
    return [`${from}:${line} imports ${target}`];
  });

export const foreignPackages: Rule = sources =>
  importsIn(production(sources)).flatMap(({ from, target, line }) => {
    const users = ONLY.find(([pattern]) => pattern.test(target))?.[1];
    return !users || users.some(user => from.startsWith(user)) ? [] : [`${from}:${line} imports ${target}`];
  });

/** Imports of files that are not there; of packages, the compiler tells. */
export const broken: Rule = sources =>
  importsIn(code(sources)).flatMap(({ from, target, line }) =>
    /^[\w-]+\/.*\.(ts|mjs)$/.test(target) && target.split('/')[0]! in MAY_IMPORT && !sources.has(target)
      ? [`${from}:${line} imports ${target}, which is not there`]
      : [],
  );

/** Of imports that run at once, types included; what is loaded later may look back. */
export const cycles: Rule = sources => {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly Import[]): void => {
    const first = trail.findIndex(({ from }) => from === path);
    if (first >= 0) {
      const round = trail.slice(first);
      found.push(
        `${round[0]!.from}:${round[0]!.line} imports itself by ${round.map(({ target }) => target).join(' → ')}`,
      );
      return;
    }
    if (done.has(path)) return;
    for (const next of importsOf(path, sources.get(path) ?? '')) {
      if (next.kind === 'static' && sources.has(next.target)) visit(next.target, [...trail, next]);
    }
    done.add(path);
  };
  for (const [path] of code(sources)) visit(path, []);
  return found;
};

/** Files that something other than an import starts. */
const ENTRY =
  /(\.test|\.campaign|\.config)\.ts$|^datasets\/\w+\/contract\.ts$|^workers\/main\.ts$|^bench\/\w+\.ts$|^setup\.mjs$/;

export const deadFiles: Rule = sources => {
  const files = code(sources);
  const named = new Set(importsIn(files).map(({ target }) => target));
  const scripts = `${sources.get('package.json')} ${sources.get('Dockerfile') ?? ''}`;
  // What only tests import is dead too, unless it is made for tests.
  const live = new Set(importsIn(production(sources)).map(({ target }) => target));
  return files.flatMap(([path]) =>
    (isTest(path) ? named : live).has(path) || ENTRY.test(path) || scripts.includes(path)
      ? []
      : [`${path}:1 is imported by nobody`],
  );
};

const EXPORT =
  /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:(async\s+)?function\*?|const|let|class|interface|type|enum)\s+([\w$]+)/gm;
const REEXPORT = /^export\s+(?:type\s+)?\{([^}]*)\}/gm;

/** Names that are used in ways that this cannot see, with how. */
export type Known = readonly (readonly [pathAndName: RegExp, how: string])[];

export const deadExports =
  (known: Known): Rule =>
  sources => {
    const used = usedNames(sources, target => isTest(target));
    const tested = usedNames(sources, () => true);
    return code(sources).flatMap(([path, text]) => {
      const source = bare(text);
      const names = [
        ...[...source.matchAll(EXPORT)].map(match => [match[2]!, match.index] as const),
        ...[...source.matchAll(REEXPORT)].flatMap(match =>
          match[1]!.split(',').map(name => [name.trim().split(/\s+/).at(-1)!, match.index] as const),
        ),
      ];
      return names
        .filter(
          ([name]) =>
            name !== '' && !used.has(`${path} ${name}`) && !known.some(([pattern]) => pattern.test(`${path} ${name}`)),
        )
        .filter(([name]) => !describesApi(source, name))
        .filter(([name]) => !(tested.has(`${path} ${name}`) && isUsedIn(source, name)))
        .map(([name, at]) => `${path}:${lineAt(source, at)} exports ${name}, which nobody else uses`);
    });
  };

/** Used in its own file too, so that a test may look at it by itself. */
const isUsedIn = (source: string, name: string): boolean =>
  source.match(new RegExp(`\\b${name.replace('$', '\\$')}\\b`, 'g'))!.length > 1;

/** A type that other exports of its file mention is part of what they are. */
const describesApi = (source: string, name: string): boolean =>
  new RegExp(`^export (interface|type) ${name}\\b`, 'm').test(source) && isUsedIn(source, name);

/** `path name` of everything that another file uses; of a test's uses only those of files that pass. */
function usedNames(sources: Sources, testMayUse: (target: string) => boolean): ReadonlySet<string> {
  const used = new Set<string>();
  for (const [path, text] of code(sources)) {
    const imports = importsOf(path, text);
    const words = imports.some(({ names }) => names === null)
      ? new Set(bare(text).match(/[\w$]+/g))
      : new Set<string>();
    for (const { target, names } of imports) {
      if (isTest(path) && !testMayUse(target)) continue;
      for (const name of names ?? words) used.add(`${target} ${name}`);
    }
  }
  return used;
}

/** What must not stand in a file, and what must stand beside it. */
import { bare, code, isTest, lineAt, places, production, type Rule, type Sources } from './sources.ts';

const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;

export const longFiles: Rule = sources =>
  code(sources).flatMap(([path, text]) => {
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    return lines > FILE_LINES_MAX ? [`${path}:${FILE_LINES_MAX} goes on for ${lines} lines`] : [];
  });

export const longFunctions: Rule = sources =>
  production(sources).flatMap(([path, text]) => {
    const source = bare(text);
    return [...source.matchAll(/\{/g)].flatMap(({ index }) => {
      if (!opensFunction(source, index)) return [];
      const [first, last] = [lineAt(source, index), lineAt(source, blockEnd(source, index))];
      return last - first >= FUNCTION_LINES_MAX ? [`${path}:${first} is a function of ${last - first + 1} lines`] : [];
    });
  });

/** Whether the brace at `at` begins a function's body: it follows an arrow, or parentheses that no keyword owns. */
function opensFunction(source: string, at: number): boolean {
  const before = source.slice(Math.max(0, at - 2_000), at).trimEnd();
  if (before.endsWith('=>')) return true;
  const head = before.replace(/\)\s*:[^;=(){}]*(?:\{[^{}]*\}[^;=(){}]*)?$/, ')');
  if (!head.endsWith(')')) return false;
  let depth = 0;
  let open = head.length - 1;
  for (; open >= 0; open--) {
    if (head[open] === ')') depth++;
    else if (head[open] === '(' && --depth === 0) break;
  }
  return !/\b(if|for|while|switch|catch|with|await)\s*$/.test(head.slice(0, Math.max(0, open)));
}

function blockEnd(source: string, open: number): number {
  for (let at = open, depth = 0; at < source.length; at++) {
    if (source[at] === '{') depth++;
    else if (source[at] === '}' && --depth === 0) return at;
  }
  return source.length;
}

export const environment: Rule = sources =>
  production(sources)
    .filter(([path]) => path !== 'base/config.ts' && path !== 'setup.mjs')
    .flatMap(([path, text]) =>
      places(
        path,
        bare(text),
        /\bprocess\s*\.\s*env\b|\bprocess\s*\[|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/g,
        () => 'reads the environment',
      ),
    );

/** Where a type stands; a value may have that name. */
const ANY_TYPE = /(?:[:<|&]|\b(?:as|extends|is)\s|=>?)\s*any\b(?!\s*[.(?:])|,\s*any\s*(?=[,>])|\bany\s*\[\]/g;

export const anyType: Rule = sources =>
  code(sources).flatMap(([path, text]) => places(path, bare(text), ANY_TYPE, () => 'says any'));

const WORDS = ['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'];

export const unfinished: Rule = sources =>
  [...sources].flatMap(([path, text]) =>
    places(path, text, new RegExp(`\\b(${WORDS.join('|')})\\b`, 'g'), ([word]) => `says ${word}`),
  );

/** Paths of somebody's machine, and addresses of somebody's network. */
export const othersPlaces: Rule = sources =>
  [...sources].flatMap(([path, text]) => [
    ...places(path, text, /(?<![\w.~$}>/)\]-])\/(?:work|home|root|Users)\/[\w.-]*/g, ([found]) => `names ${found}`),
    ...places(
      path,
      text,
      /\b(?:[\w-]+\.)*(?:registry|artifactory|nexus|verdaccio|pypi|mirrors?)(?:\.[\w-]+)*\.(?:com|org|net|io|dev|cloud|internal|local|lan|corp)\b/g,
      ([found]) => `names ${found}`,
    ),
  ]);

export const focusedTests: Rule = sources =>
  code(sources)
    .filter(([path]) => isTest(path))
    .flatMap(([path, text]) =>
      places(
        path,
        bare(text),
        /\b(?:it|test|describe|bench)(?:\.\w+)*\.(?:only|skip|todo)\b(?!If)/g,
        ([found]) => `has ${found}`,
      ),
    );

export const markdownTitles: Rule = sources =>
  [...sources]
    .filter(([path]) => path.endsWith('.md'))
    .flatMap(([path, text]) => {
      const prose = text.replace(/^```[\s\S]*?^```/gm, block => block.replace(/[^\n]/g, ' '));
      const titles = [...prose.matchAll(/^# \S/gm)].map(({ index }) => lineAt(prose, index));
      if (titles.length === 0) return [`${path}:1 has no title`];
      return titles.slice(1).map(line => `${path}:${line} is another title`);
    });

export const martChecks: Rule = sources =>
  namesIn(sources, /^warehouse\/marts\/(.+)\.sql$/)
    .filter(name => !sources.has(`warehouse/checks/${name}.sql`))
    .map(name => `warehouse/marts/${name}.sql:1 has no check of its name`);

/** `files` has paths of all files, fixtures included. */
export const datasetFolders =
  (files: readonly string[]): Rule =>
  sources =>
    namesIn(sources, /^datasets\/(\w+)\/[^/]+$/).flatMap(name => {
      const missing = [
        sources.has(`datasets/${name}/contract.ts`) ? [] : ['contract.ts'],
        sources.has(`datasets/${name}/README.md`) ? [] : ['README.md'],
        files.includes(`datasets/${name}/fixtures/expected.json`) ? [] : ['fixtures/expected.json'],
        files.some(file => file.startsWith(`datasets/${name}/fixtures/`) && file.endsWith('.csv'))
          ? []
          : ['fixtures/*.csv'],
      ].flat();
      return missing.map(file => `datasets/${name}/${file}:1 is missing`);
    });

const namesIn = (sources: Sources, pattern: RegExp): string[] => [
  ...new Set([...sources.keys()].flatMap(path => pattern.exec(path)?.[1] ?? [])),
];

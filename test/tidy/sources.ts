/** The files of this repository as text, and the tools to look into them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Text by path from the root of the repository. */
export type Sources = ReadonlyMap<string, string>;

/** A check of the code: gives what is wrong, each as `path:line what`. */
export type Rule = (sources: Sources) => string[];

const TEXT = /\.(ts|mjs|js|jsx|tsx|sql|md|json|css|html|yml|tf)$|^Dockerfile$|^\.ci\/run$/;
const SKIPPED = new Set(['node_modules', '.git', '.endcap', 'golden', 'fixtures']);

export function readSources(root: URL): Sources {
  const sources = new Map<string, string>();
  const visit = (folder: string) => {
    for (const entry of readdirSync(new URL(folder, root), { withFileTypes: true })) {
      if (SKIPPED.has(entry.name)) continue;
      const path = folder + entry.name;
      if (entry.isDirectory()) visit(`${path}/`);
      else if (TEXT.test(path)) sources.set(path, readFileSync(join(fileURLToPath(root), path), 'utf8'));
    }
  };
  visit('');
  return sources;
}

const isCode = (path: string): boolean => /\.(ts|tsx|mjs)$/.test(path);

/** Code that only tests run. */
export const isTest = (path: string): boolean =>
  /^(test|bench)\//.test(path) || /\.(test|conformance|fixture|testing|campaign)\.ts$/.test(path);

export const code = (sources: Sources): [string, string][] => [...sources].filter(([path]) => isCode(path));

export const production = (sources: Sources): [string, string][] => code(sources).filter(([path]) => !isTest(path));

export const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length;

/** Each place in the text that fits the pattern, as `path:line what`. */
export function places(
  path: string,
  text: string,
  pattern: RegExp,
  what: (match: RegExpExecArray) => string,
): string[] {
  return [...text.matchAll(pattern)].map(match => `${path}:${lineAt(text, match.index)} ${what(match)}`);
}

const LITERAL =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|(?<=[(,=:[!&|?{};\n]\s*|return )\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/|`/g;

/** The code with its comments blanked out, and its strings, templates and regular expressions too; lines stay where they are. */
export function bare(text: string, keepStrings = false): string {
  const blank = (piece: string) => piece.replace(/[^\n]/g, ' ');
  let out = '';
  let from = 0;
  LITERAL.lastIndex = 0;
  for (let match = LITERAL.exec(text); match; match = LITERAL.exec(text)) {
    const end = match[0] === '`' ? templateEnd(text, match.index) : match.index + match[0].length;
    const piece = text.slice(match.index, end);
    out += text.slice(from, match.index) + (keepStrings && /^['"`]/.test(piece) ? piece : blank(piece));
    from = end;
    LITERAL.lastIndex = end;
  }
  return out + text.slice(from);
}

function templateEnd(text: string, start: number): number {
  for (let at = start + 1, depth = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (depth === 0 && text[at] === '`') return at + 1;
    else if (depth > 0 && text[at] === '`') at = templateEnd(text, at) - 1;
    else if (depth > 0 && text[at] === '}') depth--;
    else if (text[at] === '{' && (depth > 0 || text[at - 1] === '$')) depth++;
  }
  return text.length;
}

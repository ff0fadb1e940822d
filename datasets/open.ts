/** Finds contracts: the built-in ones by name, the user's own by path. */
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { extname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { UserError } from '../base/errors.ts';
import type { Contract } from './contract.ts';
import { didYouMean } from './nearest.ts';
import { validateContract } from './validate.ts';

/** The built-in contracts: each is a folder beside this file. */
export function contractNames(): string[] {
  return readdirSync(HERE, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && existsSync(builtIn(entry.name)))
    .map(entry => entry.name)
    .sort();
}

/** Loads and checks a contract: a built-in one by its name, or a .ts, .mts, .mjs, .js or .json file by its path. */
export async function openContract(nameOrPath: string): Promise<Contract> {
  if (contractNames().includes(nameOrPath)) return load(builtIn(nameOrPath), nameOrPath);
  const path = resolve(nameOrPath);
  if (!existsSync(path)) throw notFound(nameOrPath);
  if (!LOADABLE.includes(extname(path))) {
    throw contractError(`${nameOrPath} is not a contract`, `its name ends in none of ${LOADABLE.join(', ')}`);
  }
  return load(path, nameOrPath);
}

const HERE = fileURLToPath(new URL('.', import.meta.url));
const LOADABLE = ['.ts', '.mts', '.mjs', '.js', '.json'];
const builtIn = (name: string): string => resolve(HERE, name, 'contract.ts');

async function load(path: string, source: string): Promise<Contract> {
  return validateContract(
    extname(path) === '.json' ? await readJson(path, source) : await readModule(path, source),
    source,
  );
}

async function readJson(path: string, source: string): Promise<unknown> {
  const text = await readFile(path, 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw contractError(`${source} is not JSON`, messageOf(error), error);
  }
}

async function readModule(path: string, source: string): Promise<unknown> {
  const url = pathToFileURL(path).href;
  const hooks = resolveLanguage(url);
  try {
    const module: { default?: unknown } = await import(url);
    if (module.default !== undefined) return module.default;
  } catch (error) {
    throw contractError(`${source} cannot be loaded`, messageOf(error), error);
  } finally {
    hooks.deregister();
  }
  throw contractError(
    `${source} exports no contract`,
    'it has no default export: write `export default contract({ … })`',
  );
}

/**
 * Lets a contract anywhere on disk import `endcap/contract`, and be TypeScript without a package.json beside it,
 * which Node otherwise warns about.
 */
function resolveLanguage(contractUrl: string) {
  return registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'endcap/contract') return next(new URL('./contract.ts', import.meta.url).href, context);
      const found = next(specifier, context);
      if (found.url !== contractUrl) return found;
      return { ...found, format: /\.m?ts$/.test(contractUrl) ? 'module-typescript' : 'module' };
    },
  });
}

function notFound(nameOrPath: string): UserError {
  const names = contractNames();
  return contractError(
    `there is no contract '${nameOrPath}'`,
    `it is neither a file nor a built-in contract (${names.join(', ')})${didYouMean(nameOrPath, names)}`,
  );
}

function contractError(what: string, why: string, cause?: unknown): UserError {
  const next = 'datasets/README.md shows how a contract is written';
  return new UserError({ code: 'E_CONTRACT', what, why, next, exitCode: 2 }, { cause });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

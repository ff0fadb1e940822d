/** Holds a contract against the language, before any data is read. */
import { UserError } from '../base/errors.ts';
import { tableProblems } from './checks.ts';
import type { Contract } from './contract.ts';
import { mappingProblems } from './mappings.ts';
import { type Problem, shapeProblems } from './shape.ts';

/**
 * Returns the candidate if it is a contract. Throws one UserError (E_CONTRACT) that lists every problem with its
 * path and what was expected there. Names are only followed once the shape is right.
 */
export function validateContract(candidate: unknown, source: string): Contract {
  const shape = shapeProblems(candidate);
  if (shape.length > 0) throw contractError(source, shape);
  const contract = candidate as Contract;
  const meaning = [...tableProblems(contract), ...mappingProblems(contract)];
  if (meaning.length > 0) throw contractError(source, meaning);
  return contract;
}

function contractError(source: string, problems: readonly Problem[]): UserError {
  const width = Math.min(WIDEST, Math.max(...problems.map(({ path }) => path.length)));
  const list = problems.map(({ path, message }) => `${path.padEnd(width)}  ${message}`.trimStart());
  return new UserError({
    code: 'E_CONTRACT',
    what: `the contract has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}`,
    where: source,
    why: list.join(`\n${' '.repeat(13)}`),
    unchanged: 'nothing was read or published',
    next: 'datasets/README.md explains every option',
    exitCode: 2,
  });
}

/** Paths are aligned up to this width; a longer one pushes its message to the right. */
const WIDEST = 50;

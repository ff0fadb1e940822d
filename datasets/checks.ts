/** Whether the tables of a contract make sense: names that refer to something, formats and bounds that can be read. */
import type { ColumnContract, Contract, TableContract } from './contract.ts';
import { compareBounds, formatProblem, literalProblem, patternProblem } from './literals.ts';
import { didYouMean } from './nearest.ts';
import { type Problem, pathOf } from './shape.ts';

/** Everything about the tables that their shape does not show. */
export function tableProblems(contract: Contract): Problem[] {
  return Object.entries(contract.tables).flatMap(([name, table]) => [
    ...keyProblems(name, table),
    ...aliasProblems(name, table),
    ...Object.entries(table.columns).flatMap(([column, definition]) => [
      ...columnProblems(['tables', name, 'columns', column], definition),
      ...referenceProblems(contract, name, column),
    ]),
  ]);
}

/** Why a name is not a column of the table that is read, or null. */
export function columnProblem(contract: Contract, table: string, column: string): string | null {
  const columns = contract.tables[table]?.columns ?? {};
  const found = columns[column];
  if (found === undefined) return `table ${table} has no column '${column}'${didYouMean(column, Object.keys(columns))}`;
  return found.kind === 'ignore' ? `column '${column}' of table ${table} is ignored, so it has no values` : null;
}

/** Why a name is not a table, or null. */
export function tableProblem(contract: Contract, table: string): string | null {
  if (contract.tables[table]) return null;
  return `there is no table '${table}'${didYouMean(table, Object.keys(contract.tables))}`;
}

/** Whether every row has a value in this column. */
export const alwaysFilled = (column: ColumnContract | undefined): boolean =>
  column?.required === true || column?.default !== undefined;

export const problem = (path: readonly PropertyKey[], message: string): Problem => ({ path: pathOf(path), message });

function keyProblems(name: string, table: TableContract): Problem[] {
  return table.key.flatMap((column, index) => {
    const path = ['tables', name, 'key', index];
    const definition = table.columns[column];
    if (definition === undefined) {
      return problem(path, `there is no column '${column}'${didYouMean(column, Object.keys(table.columns))}`);
    }
    if (table.key.indexOf(column) !== index) return problem(path, `'${column}' is in the key twice`);
    if (alwaysFilled(definition)) return [];
    return problem(path, `a key is never empty: expected column '${column}' to be required`);
  });
}

/** No header name may mean two columns. */
function aliasProblems(name: string, table: TableContract): Problem[] {
  const meanings = new Map(Object.keys(table.columns).map(column => [column, column]));
  const problems: Problem[] = [];
  for (const [column, { alias = [] }] of Object.entries(table.columns)) {
    for (const [index, other] of alias.entries()) {
      const meaning = meanings.get(other);
      if (meaning !== undefined) {
        problems.push(
          problem(['tables', name, 'columns', column, 'alias', index], `'${other}' already means ${meaning}`),
        );
      }
      meanings.set(other, column);
    }
  }
  return problems;
}

function columnProblems(path: readonly string[], column: ColumnContract): Problem[] {
  return [
    ...formatProblems(path, column),
    ...boundProblems(path, column),
    ...defaultProblems(path, column),
    ...signProblems(path, column),
  ];
}

function formatProblems(path: readonly string[], column: ColumnContract): Problem[] {
  const { kind, formats = [], pattern } = column;
  const problems = formats.flatMap((format, index) => {
    const message = kind === 'date' || kind === 'timestamp' ? formatProblem(format, kind) : null;
    return message === null ? [] : problem([...path, 'formats', index], message);
  });
  const wrong = pattern === undefined ? null : patternProblem(pattern);
  return wrong === null ? problems : [...problems, problem([...path, 'pattern'], wrong)];
}

function boundProblems(path: readonly string[], column: ColumnContract): Problem[] {
  const ends = (['min', 'max'] as const).filter(end => column[end] !== undefined);
  if (column.kind === 'text' || column.kind === 'boolean') {
    return ends.map(end => problem([...path, end], 'only numbers and days have a range'));
  }
  const problems = ends.flatMap(end => {
    const message = literalProblem(column, String(column[end]), 'bound');
    return message === null ? [] : problem([...path, end], message);
  });
  if (problems.length > 0 || ends.length < 2) return problems;
  const order = compareBounds(column, String(column.min), String(column.max));
  return order > 0 ? [problem([...path, 'max'], `expected no less than min, which is ${column.min}`)] : [];
}

function defaultProblems(path: readonly string[], column: ColumnContract): Problem[] {
  if (column.default === undefined) return [];
  if (column.required)
    return [problem([...path, 'default'], 'a required column refuses empty fields, so it takes no default')];
  const message = literalProblem(column, column.default, 'default');
  return message === null ? [] : [problem([...path, 'default'], message)];
}

function signProblems(path: readonly string[], { thousands, decimalSign = '.' }: ColumnContract): Problem[] {
  if (thousands !== decimalSign) return [];
  return [problem([...path, 'thousands'], `'${thousands}' is the decimal sign already`)];
}

/** References lead from many rows to few, by one key column of the same kind, and never in a circle. */
function referenceProblems(contract: Contract, name: string, column: string): Problem[] {
  const { references, kind } = contract.tables[name]!.columns[column]!;
  if (references === undefined) return [];
  const path = ['tables', name, 'columns', column, 'references'];
  const unknown = tableProblem(contract, references);
  if (unknown !== null) return [problem(path, unknown)];
  if (references === contract.sale.from)
    return [problem(path, `'${references}' holds the sale lines: nothing refers to them`)];
  if (reaches(contract, references, name)) return [problem(path, `'${references}' refers back to '${name}': a circle`)];
  if (kind !== 'int' && kind !== 'text')
    return [problem(path, `expected int() or text(): ${kind}() is no key to look up`)];
  const { key, columns } = contract.tables[references]!;
  if (key.length !== 1)
    return [problem(path, `expected a table with one key column; '${references}' has ${key.join(', ')}`)];
  const other = columns[key[0]!]?.kind;
  return other === undefined || other === kind
    ? []
    : [problem(path, `${key[0]} of '${references}' is ${other}(), so expected ${other}() here`)];
}

function reaches(contract: Contract, from: string, target: string, seen: ReadonlySet<string> = new Set()): boolean {
  if (from === target) return true;
  if (seen.has(from)) return false;
  const next = Object.values(contract.tables[from]?.columns ?? {}).flatMap(column => column.references ?? []);
  return next.some(table => reaches(contract, table, target, new Set([...seen, from])));
}

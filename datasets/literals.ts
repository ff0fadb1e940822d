/** Values and formats that a contract itself writes: defaults, bounds, date patterns. Checked once, not on a hot path. */
import type { ColumnContract } from './contract.ts';

/** Why a date pattern is not one, or null. */
export function formatProblem(format: string, kind: 'date' | 'timestamp'): string | null {
  const odd = /[^\x20-\x7e]/.exec(format)?.[0];
  if (odd !== undefined) return `'${odd}' is no plain character: expected those that every encoding writes alike`;
  const counts = new Map<string, number>();
  for (const token of tokensOf(format)) {
    const unit = token[0]!;
    if (!TOKENS.includes(token) && !/^S{1,6}$/.test(token)) {
      return `'${token}' is not known: expected YYYY, MM or M, DD or D, HH or H, mm, ss and up to six S`;
    }
    if (counts.has(unit)) return `'${token}' comes after another '${unit}'`;
    counts.set(unit, token.length);
  }
  for (const unit of ['Y', 'M', 'D']) {
    if (!counts.has(unit)) return `a day needs YYYY, MM or M, and DD or D; there is no '${unit}'`;
  }
  if (kind === 'timestamp' && !counts.has('H')) return 'a time of day needs HH or H; use date() for a day alone';
  return null;
}

/**
 * Why the text would not be a value of this column, or null. A default is written as in the file; a bound is a plain
 * number with a point, or a day as YYYY-MM-DD.
 */
export function literalProblem(column: ColumnContract, text: string, use: 'default' | 'bound'): string | null {
  switch (column.kind) {
    case 'int':
      return /^[+-]?\d{1,19}$/.test(text) && BigInt.asIntN(64, wholeOf(text)) === wholeOf(text)
        ? null
        : 'expected a whole number of at most 64 bits';
    case 'decimal':
      return decimalProblem(column, text, use === 'bound' ? '.' : (column.decimalSign ?? '.'));
    case 'date':
    case 'timestamp': {
      const formats = use === 'bound' ? BOUND_FORMATS : (column.formats ?? []);
      return formats.some(format => isDay(text, format)) ? null : `expected a day as ${formats.join(' or ')}`;
    }
    case 'boolean':
      return column.words?.some(words => words.includes(text)) ? null : 'expected one of its words';
    case 'text':
      return textProblem(column, text);
    case 'ignore':
      return 'an ignored column has no values';
  }
}

/** Why the text is not a regular expression, or null. */
export function patternProblem(pattern: string): string | null {
  try {
    new RegExp(`^(?:${pattern})$`, 'u');
    return null;
  } catch (error) {
    return `expected a regular expression: ${(error as Error).message}`;
  }
}

/** Negative if a bound is below another, positive if above; both are known to be values of the column. */
export function compareBounds(column: ColumnContract, low: string, high: string): number {
  if (column.kind === 'int') return order(wholeOf(low), wholeOf(high));
  if (column.kind === 'decimal') return order(millionths(low), millionths(high));
  return low < high ? -1 : low > high ? 1 : 0;
}

const order = (low: bigint, high: bigint): number => (low < high ? -1 : low > high ? 1 : 0);

const wholeOf = (text: string): bigint => BigInt(text.replace(/^\+/, ''));

/** Of a number with at most six decimal places. */
function millionths(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return wholeOf(whole + fraction.padEnd(6, '0'));
}

const TOKENS = ['YYYY', 'MM', 'M', 'DD', 'D', 'HH', 'H', 'mm', 'ss'];
const BOUND_FORMATS = ['YYYY-MM-DD'];

/** Runs of one letter; whatever else stands between them is taken as it is, and so is the T of ISO 8601. */
const TOKEN = /([A-Za-z])\1*/g;
const LITERALS = ['T'];
const tokensOf = (format: string): string[] => (format.match(TOKEN) ?? []).filter(token => !LITERALS.includes(token));

function decimalProblem({ places = 6 }: ColumnContract, text: string, decimalSign: string): string | null {
  const [, whole, fraction = ''] = new RegExp(`^[+-]?(\\d+)(?:[${decimalSign}](\\d+))?$`).exec(text) ?? [];
  if (whole === undefined) return `expected a number such as 12${decimalSign}5`;
  if (whole.length > 12) return 'expected at most 12 digits before the decimal sign';
  return fraction.length > places ? `expected at most ${places} decimal places` : null;
}

function textProblem(column: ColumnContract, text: string): string | null {
  if (column.values && !column.values.includes(text)) return `expected one of its values: ${column.values.join(', ')}`;
  if (column.pattern === undefined || patternProblem(column.pattern) !== null) return null;
  const pattern = new RegExp(`^(?:${column.pattern})$`, 'u');
  return pattern.test(text) ? null : `expected a text that matches ${column.pattern}`;
}

/** Whether the text is a day of the calendar in this format; the time of day is checked for its form only. */
function isDay(text: string, format: string): boolean {
  if (formatProblem(format, 'date') !== null) return false;
  const plain = format.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const source = plain.replace(TOKEN, token =>
    LITERALS.includes(token) ? token : `(?<${token[0]}>${digitsOf(token)})`,
  );
  const groups = new RegExp(`^${source}$`).exec(text)?.groups;
  if (groups === undefined) return false;
  const [month, day] = [Number(groups.M), Number(groups.D)];
  const date = new Date(Date.UTC(Number(groups.Y), month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** `M`, `D` and `H` take one digit or two, a fraction up to as many as there are letters, the rest exactly as many. */
function digitsOf(token: string): string {
  if (token.length === 1 && token !== 'S') return '\\d{1,2}';
  return token[0] === 'S' ? `\\d{1,${token.length}}` : `\\d{${token.length}}`;
}

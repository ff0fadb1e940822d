/** Contract columns → column readers: what the kernels need, worked out once a chunk. */
import type { ColumnContract, TableContract } from '../../datasets/contract.ts';
import { compilePattern, type DatePattern, MICROS_PER_DAY, parseIsoDay } from '../../kernels/dates.ts';
import { type DecimalForm, parseDecimal } from '../../kernels/numbers.ts';
import type { ColumnReader } from '../../kernels/reader.ts';

export function compileColumn(
  column: ColumnContract,
  table: Pick<TableContract, 'encoding'>,
  required: boolean,
): ColumnReader {
  const { kind } = column;
  if (kind === 'ignore') throw new Error('an ignored column has no reader');
  const form = kind === 'decimal' ? decimalForm(column) : null;
  return {
    kind,
    required: required || (column.required ?? false),
    nulls: column.nulls ?? [],
    fallback: column.default === undefined ? null : Buffer.from(column.default),
    min: bound(column, column.min, false),
    max: bound(column, column.max, true),
    decimal: form,
    patterns: (column.formats ?? []).map(patternOf),
    words: column.words ?? null,
    encoding: table.encoding ?? 'utf-8',
    replaceInvalid: column.invalidBytes === 'replace',
    spaces: column.spaces ?? 'trim',
    digits: column.digits ?? null,
    values: column.values ? new Set(column.values) : null,
    pattern: column.pattern === undefined ? null : new RegExp(`^(?:${column.pattern})$`, 'u'),
  };
}

function decimalForm(column: ColumnContract): DecimalForm {
  return {
    decimalSign: (column.decimalSign ?? '.').charCodeAt(0),
    thousands: column.thousands?.charCodeAt(0) ?? -1,
    signs: (column.signs ?? []).map(sign => Buffer.from(sign)),
    places: column.places ?? 6,
    round: column.round ?? false,
  };
}

const patterns = new Map<string, DatePattern>();

function patternOf(text: string): DatePattern {
  let pattern = patterns.get(text);
  if (!pattern) {
    pattern = compilePattern(text);
    patterns.set(text, pattern);
  }
  return pattern;
}

/** A bound in the column's own units. The last day belongs to a range of timestamps as a whole. */
function bound(column: ColumnContract, value: string | number | undefined, upper: boolean): bigint | null {
  if (value === undefined) return null;
  switch (column.kind) {
    case 'int':
      return BigInt(String(value).replace(/^\+/, ''));
    case 'decimal': {
      const bytes = Buffer.from(String(value));
      const plain: DecimalForm = { decimalSign: 46, thousands: -1, signs: [], places: 6, round: false };
      return BigInt(parseDecimal(bytes, 0, bytes.length, plain)!);
    }
    case 'date':
      return BigInt(parseIsoDay(String(value))!);
    case 'timestamp': {
      const day = parseIsoDay(String(value));
      return BigInt(upper ? (day! + 1) * MICROS_PER_DAY - 1 : day! * MICROS_PER_DAY);
    }
    default:
      return null;
  }
}

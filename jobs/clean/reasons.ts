/** Why a record was refused, in words that name the column, the value and the rule. */
import type { ColumnContract } from '../../datasets/contract.ts';
import type { FaultCode } from '../../kernels/faults.ts';

/** The same sentence for every record with this fault: the value itself has a column of its own. */
export function reasonText(
  code: FaultCode,
  name: string | null,
  column: ColumnContract | undefined,
  value: string | null,
): string {
  const subject = name ?? 'a column';
  switch (code) {
    case 'E_LONG':
      return 'the record is longer than 256 KiB';
    case 'E_QUOTE':
      return 'a quoted field does not end before the next delimiter or line end';
    case 'E_NUL':
      return 'the record holds a NUL byte';
    case 'E_COLS_FEW':
      return 'the record has fewer fields than the header';
    case 'E_COLS_MANY':
      return 'the record has more fields than the header';
    case 'E_ENCODING':
      return `${subject} has bytes that are not valid in the file’s encoding`;
    case 'E_REQUIRED':
      return value === null ? `${subject} is empty` : `${subject} leads to no price`;
    case 'E_TYPE':
      return `${subject} is not ${typeWords(column)}`;
    case 'E_RANGE':
      return `${subject} is outside ${rangeWords(column)}`;
    case 'E_ENUM':
      return `${subject} is none of ${(column?.values ?? []).join(', ')}`;
    case 'E_PATTERN':
      return `${subject} does not match ${column?.pattern ?? 'its pattern'}`;
    case 'E_FK':
      return `${subject} is not in ${column?.references ?? 'its table'}`;
    case 'E_RATE':
      return 'there is no exchange rate for the currency on that day';
    case 'E_DUP_KEY':
      return `${subject} was taken by an earlier record with other content`;
    case 'E_DUP_ROW':
      return 'equal to an earlier record';
  }
}

function typeWords(column: ColumnContract | undefined): string {
  switch (column?.kind) {
    case 'int':
      return 'a whole number';
    case 'decimal':
      return `a number with at most ${column.places ?? 6} decimals`;
    case 'date':
      return `a day written ${(column.formats ?? []).join(' or ')}`;
    case 'timestamp':
      return `a time written ${(column.formats ?? []).join(' or ')}`;
    case 'boolean':
      return `one of ${(column.words ?? []).flat().join(', ')}`;
    default:
      return 'what the contract says';
  }
}

function rangeWords(column: ColumnContract | undefined): string {
  const { min, max } = column ?? {};
  if (min !== undefined && max !== undefined) return `${min} to ${max}`;
  if (min !== undefined) return `${min} and above`;
  return max !== undefined ? `${max} and below` : 'what an amount can hold';
}

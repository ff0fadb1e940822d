/** Values of typed columns as people write them: for the quarantine, whose readers know no units of ours. */
import { type Column, halves, numberAt, valueText } from '../../kernels/column.ts';
import { dayText, MICROS_PER_DAY } from '../../kernels/dates.ts';
import { amountText } from '../../kernels/money.ts';

export function displayText(column: Column, row: number): string | null {
  const text = valueText(column, row);
  if (text === null) return null;
  switch (column.type) {
    case 'date':
      return dayText(column.values[row]!);
    case 'decimal':
      return amountText(column.values[row]!).replace(/\.?0+$/, '');
    case 'timestamp': {
      const micros = numberAt(halves(column), row);
      const day = Math.floor(micros / MICROS_PER_DAY);
      const clock = new Date((micros - day * MICROS_PER_DAY) / 1000).toISOString().slice(11, 23);
      return `${dayText(day)} ${clock}`;
    }
    default:
      return text;
  }
}

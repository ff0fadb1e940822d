import type { Contract } from '../../datasets/contract.ts';
import { valueTable } from '../../datasets/value.ts';
import {
  type Column,
  type DateColumn,
  type DoubleColumn,
  dateColumn,
  doubleColumn,
  type Int32Column,
  int32Column,
  isValid,
  setBit,
} from '../../kernels/column.ts';
import { rowNumbers } from '../../kernels/sort.ts';
import type { PartFile } from '../../lake/manifest.ts';
import type { Rows } from '../../lake/slab.ts';
import type { Slice } from '../../lake/slice.ts';
import { streamPart } from '../clean/parts.ts';
import { customerLines } from '../customers/lines.ts';
import type { TaskContext } from '../registry.ts';
import { probabilityAlive } from './bgnbd.ts';
import { Forecast, remembered } from './forecast.ts';
import { expectedValue } from './gammagamma.ts';
import type { ValueModels, ValueSettings } from './models.ts';
import { observedOf, profileReader } from './population.ts';

export interface ScoreInput {
  readonly block: number;
  /** Profiles of the block's customers. */
  readonly slices: readonly Slice[];
}

export interface ScoreShared {
  /** What the ids of customers are. */
  readonly contract: Contract;
  readonly settings: ValueSettings;
  readonly models: ValueModels;
}

export interface ScoreOutput {
  readonly customers: number;
  readonly file: PartFile;
}

/** What is read of a profile. */
const PROFILE_NAMES = ['customer_id', 'first_day', 'last_day', 'purchase_days', 'repeat_value', 'median_gap'];

/** Writes the customers of a block as a part of customer_value, sorted by customer. */
export async function score({ block, slices }: ScoreInput, context: TaskContext<ScoreShared>): Promise<ScoreOutput> {
  const { contract, settings, models } = context.shared;
  const definition = valueTable(contract);
  const scoreRows = createScoring(models, settings);
  const part = await streamPart(context, definition, `value-${block}`);
  try {
    for await (const { rows, starts } of customerLines(context, slices, PROFILE_NAMES)) {
      // Rows behind the last start come again with the next piece.
      await part.add(scoreRows(rows), rowNumbers(context.kernels, starts.at(-1)!));
    }
    const file = await part.finish();
    return { customers: file.rows, file };
  } catch (error) {
    await part.abort();
    throw error;
  }
}

/** A gap is a habit only if there was another one to compare with. */
const GAPS_MIN = 2;

/** Days of a month on average, by which value is discounted. */
const MONTH = 365.25 / 12;

/**
 * Turns profiles into the columns of customer_value. The columns that a model is needed for are null where it has none.
 *
 *   expected_purchases  P(alive) · E[purchases over the horizon | alive]
 *   expected_value      of one of them: Gamma-Gamma's mean
 *   clv                 expected_purchases, each month's discounted as of its end, · expected_value: never below 0
 *   value_at_risk       (1 − P(alive)) · clv
 *   overdue             days_since ÷ median_gap
 *
 * What is at risk is what may still be lost: clv is P(alive) times what the customer is worth if still there, so that
 * value_at_risk is greatest where it is open whether one has gone. Those who certainly left, whom nothing brings back, and
 * those who certainly did not, whom nothing needs to be said, both come last. It is the variance of "still there" times the
 * worth. Whoever bought once is alive for certain in this model, so a list by it is one of customers who came back before.
 *
 * Between purchases at a steady rate a gap is k times as long as the median with a probability of 2^−k: overdue 3 happens
 * by chance once in 8 gaps, overdue 5 once in 32.
 */
export function createScoring(
  models: ValueModels,
  { periods, horizon, monthlyDiscount }: ValueSettings,
): (rows: Rows) => Rows {
  const purchasing = models.purchases.ok ? models.purchases.model : null;
  const spending = models.spending.ok ? models.spending.model : null;
  const forecast = purchasing && new Forecast(purchasing);
  const meanOf = remembered((repeats, age) => forecast!.mean(repeats, age, horizon));
  const discountedOf = remembered((repeats, age) =>
    monthlyDiscount === 0 ? meanOf(repeats, age) : discounted(forecast!, { repeats, age, horizon, monthlyDiscount }),
  );
  return rows => {
    const output = outputColumns(rows, periods.asOf);
    const read = profileReader(
      rows.columns,
      { days: 'purchase_days', last: 'last_day', value: 'repeat_value' },
      periods.asOf,
    );
    const own = observedOf(1);
    for (let row = 0; row < rows.length; row++) {
      if (!read(row, own, 0)) continue;
      const [repeats, age, mean] = [own.repeats[0]!, own.age[0]!, own.mean[0]!];
      const value = spending && expectedValue(spending, repeats, mean);
      if (value !== null) set(output.expected_value, row, value);
      if (purchasing === null) continue;
      const alive = probabilityAlive(purchasing, repeats, own.recency[0]!, age);
      set(output.p_alive, row, alive);
      set(output.expected_purchases, row, alive * meanOf(repeats, age));
      if (value === null) continue;
      const clv = alive * discountedOf(repeats, age) * value;
      set(output.clv, row, clv);
      set(output.value_at_risk, row, (1 - alive) * clv);
    }
    return { length: rows.length, columns: { customer_id: rows.columns.customer_id!, ...output } };
  };
}

/** The columns of every customer who bought, filled as far as that needs no model; the others are null. */
function outputColumns({ length, columns }: Rows, asOf: number) {
  const days = columns.purchase_days as Int32Column;
  const last = columns.last_day as DateColumn;
  const gap = columns.median_gap as DoubleColumn;
  const output = {
    purchases: days,
    last_day: dateColumn(length),
    days_since: int32Column(length),
    median_gap: gap,
    overdue: doubleColumn(length),
    p_alive: doubleColumn(length),
    expected_purchases: doubleColumn(length),
    expected_value: doubleColumn(length),
    clv: doubleColumn(length),
    value_at_risk: doubleColumn(length),
  } satisfies Record<string, Column>;
  for (let row = 0; row < length; row++) {
    if (days.values[row] === 0) continue;
    set(output.last_day, row, last.values[row]!);
    set(output.days_since, row, asOf - last.values[row]!);
    const gaps = days.values[row]! - 1;
    if (gaps >= GAPS_MIN && isValid(gap, row)) {
      set(output.overdue, row, output.days_since.values[row]! / gap.values[row]!);
    }
  }
  return output;
}

/** E[purchases] of a customer who is alive, each month's worth less by the discount for each month until its end. */
function discounted(
  forecast: Forecast,
  {
    repeats,
    age,
    horizon,
    monthlyDiscount,
  }: { repeats: number; age: number; horizon: number; monthlyDiscount: number },
): number {
  let [sum, before] = [0, 0];
  for (let month = 1; before < horizon || month === 1; month++) {
    const end = Math.min(horizon, month * MONTH);
    const inMonth = forecast.mean(repeats, age, end) - (month === 1 ? 0 : forecast.mean(repeats, age, before));
    sum += inMonth / (1 + monthlyDiscount) ** month;
    before = end;
  }
  return sum;
}

function set(column: DoubleColumn | Int32Column | DateColumn, row: number, value: number): void {
  column.values[row] = value;
  setBit(column.validity, row);
}

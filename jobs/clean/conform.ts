/** Records of the sale lines' table → the columns of fct_sales, and what is wrong with those that cannot become one. */
import type { Contract, Value } from '../../datasets/contract.ts';
import { countBoth, markNegative } from '../../kernels/amounts.ts';
import { type Column, type ColumnTypeName, type FixedColumn, isValid } from '../../kernels/column.ts';
import { constantDecimal, constantText, nullColumns } from '../../kernels/constant.ts';
import { daysOf } from '../../kernels/days.ts';
import { fault } from '../../kernels/faults.ts';
import { gather } from '../../kernels/gather.ts';
import { SCALE } from '../../kernels/money.ts';
import { allocBooleans } from '../../kernels/place.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { Rows } from '../../lake/slab.ts';
import { type Amounts, computeAmounts } from './amounts.ts';
import { locationIds } from './locations.ts';
import type { LookupTables } from './lookups.ts';
import { saleIds } from './order.ts';
import { columnOf, type Evaluation, evaluate, findReferences } from './values.ts';

export interface Conformed {
  /** The columns of fct_sales, except source_file and source_line: columns of the rows, or views of the kernels' memory. */
  readonly columns: Readonly<Record<string, Column>>;
  /** In order of their rows; at most one a row. */
  readonly faults: readonly RowFault[];
}

export interface RowFault {
  readonly row: number;
  /** Index in FAULTS. */
  readonly code: number;
  /** Name of the column at fault. */
  readonly column: string | null;
}

/** Takes note of what is wrong with a row. */
type Blame = (row: number, code: number, column: string | null) => void;

/** Makes columns of nulls. */
type Nulls = (type: ColumnTypeName) => Column;

/** Checks references, looks up prices and rates, computes amounts. Every row gets a result; faults say which count. */
export function conform(kernels: Kernels, contract: Contract, rows: Rows, tables: LookupTables): Conformed {
  const { sale } = contract;
  const { length } = rows;
  const evaluation = { kernels, contract, table: sale.from, rows, tables, found: new Map() };
  const faults = new Map<number, RowFault>();
  const blame: Blame = (row, code, column) => {
    if (!faults.has(row)) faults.set(row, { row, code, column });
  };
  checkReferences(evaluation, blame);

  const nulls = nullColumns(kernels, length);
  const sold = soldColumns(kernels, columnOf(rows, sale.sold), nulls);
  const currency = evaluate(sale.currency, evaluation) ?? constantText(kernels, contract.currency, length);
  const rate = rateColumn(contract, evaluation, currency, sold.sales_day, blame);
  const quantity = evaluate(sale.quantity, evaluation);
  const discountRate = evaluate(sale.discount_rate, evaluation);
  const unitPrice = evaluate(sale.unit_price, evaluation);
  const amounts = computeAmounts(kernels, {
    length,
    quantity,
    unitPrice,
    unitCost: evaluate(sale.unit_cost, evaluation),
    discountRate,
    net: evaluate(sale.net_amount, evaluation),
    cost: evaluate(sale.cost_amount, evaluation),
    rate,
    pricesIn: sale.pricesIn ?? 'line',
    none: nulls('decimal'),
  });
  blameAmounts(contract, amounts, unitPrice, blame);
  const idOf = (name: string | undefined) => (name === undefined ? nulls('text') : columnOf(rows, name));
  const columns = {
    sale_id: saleIds(kernels, sale, rows),
    order_id: idOf(sale.order_id),
    customer_id: idOf(sale.customer_id),
    product_id: idOf(sale.product_id),
    store_id: idOf(sale.store_id),
    location_id: locationIds(kernels, contract, rows) ?? nulls('text'),
    employee_id: idOf(sale.employee_id),
    channel: evaluate(sale.channel, evaluation) ?? nulls('text'),
    ...sold,
    delivered_day: sale.delivered_day === undefined ? nulls('date') : columnOf(rows, sale.delivered_day),
    quantity: quantity ?? nulls('int64'),
    discount_rate: discountRate ?? nulls('decimal'),
    currency,
    fx_rate: rate ?? constantDecimal(kernels, BigInt(SCALE), length),
    ...amountColumns(contract, amounts, nulls),
    is_return: returns(kernels, quantity, amounts.net),
  };
  return { columns, faults: [...faults.values()].sort((a, b) => a.row - b.row) };
}

/** A value that names no row of its referenced table is a fault of its column, in the contract's order. */
export function checkReferences(
  evaluation: Evaluation,
  blame: (row: number, code: number, column: string) => void,
): void {
  const { contract, table, rows } = evaluation;
  const code = fault('E_FK');
  for (const name of Object.keys(contract.tables[table]!.columns)) {
    const found = findReferences(name, evaluation);
    if (!found || found.unknown === 0) continue;
    const column = columnOf(rows, name);
    for (let row = 0; row < rows.length; row++) {
      if (found.rows[row]! < 0 && isValid(column, row)) blame(row, code, name);
    }
  }
}

/** sales_day and sold_at from the sold column, a timestamp or a date. */
function soldColumns(
  kernels: Kernels,
  sold: Column,
  nulls: Nulls = nullColumns(kernels, sold.length),
): { sales_day: Column; sold_at: Column } {
  if (sold.type === 'date') return { sales_day: sold, sold_at: nulls('timestamp') };
  return { sales_day: daysOf(kernels, sold as FixedColumn), sold_at: sold };
}

/** Units of the line's currency for one of the base currency; null when the data set has no rates. */
function rateColumn(
  { sale }: Contract,
  { kernels, tables, rows }: Evaluation,
  currency: Column,
  day: Column,
  blame: Blame,
): Column | null {
  if (!sale.rates) return null;
  const table = tables.get(sale.rates.table)!;
  const { rows: found } = table.find(currency, day);
  const rate = gather(kernels, columnOf(table.rows, sale.rates.rate), found);
  if (countBoth(kernels, rate, rate) === rows.length) return rate;
  const column = columnOfValue(sale.currency);
  for (let row = 0; row < rows.length; row++) {
    if (!isValid(rate, row)) blame(row, fault(isValid(currency, row) ? 'E_RATE' : 'E_REQUIRED'), column);
  }
  return rate;
}

function blameAmounts({ sale }: Contract, amounts: Amounts, unitPrice: Column | null, blame: Blame): void {
  const required = fault('E_REQUIRED');
  const { fault: codes } = amounts;
  for (let row = 0; row < codes.length; row++) {
    if (codes[row] === 0) continue;
    // An amount that is missing lacks its price, unless the price is there: then it lacks the quantity.
    const missing = !sale.net_amount && codes[row] === required;
    const lacksQuantity = missing && unitPrice !== null && isValid(unitPrice, row);
    const value = lacksQuantity ? sale.quantity : (sale.net_amount ?? sale.unit_price);
    blame(row, codes[row]!, columnOfValue(value));
  }
}

function amountColumns({ sale }: Contract, amounts: Amounts, nulls: Nulls) {
  const gross = sale.unit_price !== undefined;
  return {
    unit_price: amounts.unitPrice,
    gross_amount: gross ? amounts.gross : nulls('decimal'),
    discount_amount: gross ? amounts.discount : nulls('decimal'),
    net_amount: amounts.net,
    cost_amount: amounts.cost,
    net_amount_base: amounts.netBase,
    cost_amount_base: amounts.costBase,
  };
}

/** The column of the sale lines that a mapped value begins with. */
function columnOfValue(value: Value | undefined): string | null {
  if (typeof value === 'string') return value;
  return value && 'via' in value ? (value.via[0] ?? null) : null;
}

function returns(kernels: Kernels, quantity: Column | null, net: FixedColumn): Column {
  const out = allocBooleans(kernels, net.length);
  out.values.fill(0);
  out.validity.fill(255);
  markNegative(kernels, net, out.values);
  if (quantity) markNegative(kernels, quantity as FixedColumn, out.values);
  return out;
}

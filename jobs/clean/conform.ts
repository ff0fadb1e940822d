/** Records of the sale lines' table → the columns of fct_sales, and what is wrong with those that cannot become one. */
import type { Contract, Value } from '../../datasets/contract.ts';
import {
  booleanColumn,
  type Column,
  dateColumn,
  type FixedColumn,
  fixedColumn,
  halves,
  isValid,
  numberAt,
  setBit,
  setNumber,
} from '../../kernels/column.ts';
import { MICROS_PER_DAY } from '../../kernels/dates.ts';
import { fault } from '../../kernels/faults.ts';
import { SCALE } from '../../kernels/money.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { Rows } from '../../lake/slab.ts';
import { type Amounts, computeAmounts } from './amounts.ts';
import { joinedId, locationIds, rateRows } from './rates.ts';
import type { LookupTables } from './tables.ts';
import { columnOf, evaluate, fixedText, nullColumn } from './values.ts';

export interface Conformed {
  /** The columns of fct_sales, except source_file and source_line. */
  readonly columns: Readonly<Record<string, Column>>;
  /** Index in FAULTS, or 0; and the name of the column at fault. */
  readonly fault: Uint8Array;
  readonly faultColumn: readonly (string | null)[];
}

/** Checks references, looks up prices and rates, computes amounts. Every row gets a result; faults say which count. */
export function conform(kernels: Kernels, contract: Contract, rows: Rows, tables: LookupTables): Conformed {
  const { sale } = contract;
  const { length } = rows;
  const evaluation = { contract, table: sale.from, rows, tables, kernels };
  const faults = new Uint8Array(length);
  const faultColumn: (string | null)[] = new Array(length).fill(null);
  const blame = (row: number, code: number, column: string | null) => {
    if (faults[row] !== 0) return;
    faults[row] = code;
    faultColumn[row] = column;
  };
  checkReferences(contract, sale.from, rows, tables, blame);

  const currency = evaluate(sale.currency, evaluation) ?? fixedText(contract.currency, length);
  const rate = rateColumn(contract, rows, currency, tables, blame);
  const quantity = evaluate(sale.quantity, evaluation);
  const discountRate = evaluate(sale.discount_rate, evaluation);
  const unit = evaluate(sale.unit_price, evaluation);
  const amounts = computeAmounts({
    length,
    quantity,
    unitPrice: unit,
    unitCost: evaluate(sale.unit_cost, evaluation),
    discountRate,
    net: evaluate(sale.net_amount, evaluation),
    cost: evaluate(sale.cost_amount, evaluation),
    rate,
    pricesIn: sale.pricesIn ?? 'line',
  });
  for (let row = 0; row < length; row++) {
    if (amounts.fault[row] === 0) continue;
    const value = sale.net_amount ?? sale.unit_price;
    // An amount that is missing lacks its price, unless the price is there: then it lacks the quantity.
    const lacksQuantity = !sale.net_amount && amounts.fault[row] === fault('E_REQUIRED') && unit && isValid(unit, row);
    blame(row, amounts.fault[row]!, columnOfValue(lacksQuantity ? sale.quantity : value));
  }
  const idOf = (name: string | undefined) => (name === undefined ? nullColumn('text', length) : columnOf(rows, name));
  const columns = {
    sale_id: saleIds(contract, rows),
    order_id: idOf(sale.order_id),
    customer_id: idOf(sale.customer_id),
    product_id: idOf(sale.product_id),
    store_id: idOf(sale.store_id),
    location_id: locationIds(contract, rows),
    employee_id: idOf(sale.employee_id),
    channel: evaluate(sale.channel, evaluation) ?? nullColumn('text', length),
    ...soldColumns(columnOf(rows, sale.sold)),
    delivered_day: sale.delivered_day === undefined ? nullColumn('date', length) : columnOf(rows, sale.delivered_day),
    quantity: quantity ?? nullColumn('int64', length),
    discount_rate: discountRate ?? nullColumn('decimal', length),
    currency,
    fx_rate: rate ?? ones(length),
    ...amountColumns(contract, amounts),
    is_return: returns(quantity, amounts.net),
  };
  return { columns, fault: faults, faultColumn };
}

/** The key of each line: a column, or several joined. */
export function saleIds({ sale: { sale_id } }: Contract, rows: Rows): Column {
  if (typeof sale_id === 'string') return columnOf(rows, sale_id);
  return joinedId(
    sale_id.map(name => columnOf(rows, name)),
    '-',
    rows.length,
  );
}

/** A value that names no row of its referenced table is a fault of its column, in the contract's order. */
export function checkReferences(
  contract: Contract,
  table: string,
  rows: Rows,
  tables: LookupTables,
  blame: (row: number, code: number, column: string) => void,
): void {
  for (const [name, { references }] of Object.entries(contract.tables[table]!.columns)) {
    const target = references === undefined ? undefined : tables.get(references);
    if (!target) continue;
    const column = columnOf(rows, name);
    const found = target.find(column);
    for (let row = 0; row < found.length; row++) {
      if (found[row]! < 0 && isValid(column, row)) blame(row, fault('E_FK'), name);
    }
  }
}

/** sales_day and sold_at from the sold column, a timestamp or a date. */
export function soldColumns(sold: Column): { sales_day: Column; sold_at: Column } {
  if (sold.type === 'date') return { sales_day: sold, sold_at: nullColumn('timestamp', sold.length) };
  const day = dateColumn(sold.length);
  const half = halves(sold as FixedColumn);
  for (let row = 0; row < sold.length; row++) {
    if (!isValid(sold, row)) continue;
    day.values[row] = Math.floor(numberAt(half, row) / MICROS_PER_DAY);
    setBit(day.validity, row);
  }
  return { sales_day: day, sold_at: sold };
}

/** Units of the line's currency for one of the base currency; null when the data set has no rates. */
function rateColumn(
  contract: Contract,
  rows: Rows,
  currency: Column,
  tables: LookupTables,
  blame: (row: number, code: number, column: string | null) => void,
): FixedColumn | null {
  const { sale } = contract;
  if (!sale.rates) return null;
  const { sales_day: day } = soldColumns(columnOf(rows, sale.sold));
  const table = tables.get(sale.rates.table)!;
  const found = rateRows(table.rows, sale.rates, currency, day);
  const rates = columnOf(table.rows, sale.rates.rate) as FixedColumn;
  const out = fixedColumn('decimal', rows.length);
  const currencyColumn = columnOfValue(sale.currency);
  for (let row = 0; row < rows.length; row++) {
    const rateRow = found[row]!;
    if (rateRow < 0 || !isValid(rates, rateRow)) {
      blame(row, fault(isValid(currency, row) ? 'E_RATE' : 'E_REQUIRED'), currencyColumn);
      continue;
    }
    out.values[row] = rates.values[rateRow]!;
    setBit(out.validity, row);
  }
  return out;
}

function amountColumns(contract: Contract, amounts: Amounts) {
  const { sale } = contract;
  const { length } = amounts.net;
  const gross = sale.unit_price !== undefined;
  return {
    unit_price: amounts.unitPrice,
    gross_amount: gross ? amounts.gross : nullColumn('decimal', length),
    discount_amount: gross ? amounts.discount : nullColumn('decimal', length),
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

function returns(quantity: Column | null, net: FixedColumn): Column {
  const out = booleanColumn(net.length);
  const count = quantity as FixedColumn | null;
  for (let row = 0; row < net.length; row++) {
    setBit(out.validity, row);
    if (net.values[row]! < 0n || (count && isValid(count, row) && count.values[row]! < 0n)) setBit(out.values, row);
  }
  return out;
}

function ones(length: number): FixedColumn {
  const out = fixedColumn('decimal', length);
  const half = halves(out);
  for (let row = 0; row < length; row++) setNumber(half, row, SCALE);
  out.validity.fill(255);
  return out;
}

/**
 * The conformed schema: what every data set's rows become. Tables are functions of the contract, because
 * ids keep the type they have at the source.
 */
import { type ColumnType, column, type TableDefinition } from '../base/table.ts';
import { COLUMN_TYPES, type Contract, type DimensionName, type Value } from './contract.ts';

/** fct_sales. Grain: one sold line. Amounts are in the line's currency; `…_base` in the data set's base currency. */
export function salesTable(contract: Contract): TableDefinition {
  const { sale } = contract;
  const idType = (name: string | undefined): ColumnType => (name === undefined ? 'text' : sourceType(contract, name));
  return {
    name: 'fct_sales',
    grain: 'one sold line',
    partitionBy: 'sales_day',
    clusterBy: ['customer_id'],
    columns: [
      column('sale_id', typeof sale.sale_id === 'string' ? idType(sale.sale_id) : 'text', false, 'key of the line'),
      column('order_id', idType(sale.order_id), false, 'the order or receipt that the line is on'),
      column('customer_id', idType(sale.customer_id), false, 'who bought: dim_customer'),
      column('product_id', idType(sale.product_id), false, 'what was bought: dim_product'),
      column('store_id', idType(sale.store_id), true, 'where it was sold: dim_store'),
      column('location_id', 'text', true, 'the order’s own address: dim_location'),
      column('employee_id', idType(sale.employee_id), true, 'who sold it: dim_employee'),
      column('channel', 'text', true, 'the way it was sold, such as online or store'),
      column('sales_day', 'date', false, 'business day of the sale; the partition'),
      column('sold_at', 'timestamp', true, 'local time of the sale'),
      column('delivered_day', 'date', true, 'day of delivery or shipping'),
      column('quantity', valueType(contract, sale.quantity, 'int64'), true, 'units; negative for a return'),
      column('unit_price', 'decimal', true, 'price of one unit'),
      column('discount_rate', 'decimal', true, 'share of the gross amount that was taken off, 0 to 1'),
      column('gross_amount', 'decimal', true, 'quantity × unit_price'),
      column('discount_amount', 'decimal', true, 'gross_amount − net_amount'),
      column('net_amount', 'decimal', false, 'what was paid for the line'),
      column('cost_amount', 'decimal', true, 'what the line cost the shop'),
      column('currency', 'text', false, 'ISO code of the line’s currency'),
      column('fx_rate', 'decimal', false, 'units of the line’s currency for one of the base currency that day'),
      column('net_amount_base', 'decimal', false, 'net amount in the base currency; reports add this up'),
      column('cost_amount_base', 'decimal', true, 'cost in the base currency'),
      column('is_return', 'boolean', false, 'the line takes goods back'),
      column('source_file', 'text', false, 'raw file of the record'),
      column('source_line', 'int64', false, 'line of that file on which the record begins'),
    ],
  };
}

type Attributes = Readonly<Record<string, readonly [type: ColumnType, description: string]>>;

/** The attributes that marts and charts know; a contract may add others. */
export const CONFORMED_ATTRIBUTES: Readonly<Record<DimensionName, Attributes>> = {
  customer: {
    customer_name: ['text', 'name of the customer'],
    gender: ['text', 'as the source writes it'],
    birth_day: ['date', 'day of birth'],
    segment: ['text', 'the source’s own grouping'],
    address: ['text', 'street and number'],
    postal_code: ['text', 'postal code, leading zeros kept'],
    city: ['text', 'city'],
    state_code: ['text', 'short code of the state or province'],
    state: ['text', 'state or province'],
    country: ['text', 'country'],
    continent: ['text', 'continent'],
  },
  product: {
    product_name: ['text', 'name of the product'],
    brand: ['text', 'brand'],
    color: ['text', 'colour'],
    category: ['text', 'category'],
    subcategory: ['text', 'subcategory'],
    unit_price: ['decimal', 'list price in the base currency'],
    unit_cost: ['decimal', 'list cost in the base currency'],
  },
  store: {
    store_name: ['text', 'name of the store'],
    city: ['text', 'city'],
    state: ['text', 'state or province'],
    country: ['text', 'country'],
    square_meters: ['decimal', 'sales area'],
    open_day: ['date', 'day of opening'],
  },
  employee: {
    employee_name: ['text', 'name of the employee'],
    gender: ['text', 'as the source writes it'],
    birth_day: ['date', 'day of birth'],
    hire_day: ['date', 'day of hiring'],
    city: ['text', 'city'],
    country: ['text', 'country'],
  },
};

export const DIMENSION_NAMES = Object.keys(CONFORMED_ATTRIBUTES) as DimensionName[];

/** dim_customer, dim_product, dim_store, dim_employee: the conformed columns first, then the data set's own. */
export function dimensionTable(contract: Contract, name: DimensionName): TableDefinition {
  const mapping = contract.dimensions[name];
  const conformed = CONFORMED_ATTRIBUTES[name];
  const own = Object.entries(mapping?.attributes ?? {}).filter(([attribute]) => !(attribute in conformed));
  const id = contract.sale[`${name}_id`];
  return {
    name: `dim_${name}`,
    grain: `one ${name}`,
    partitionBy: null,
    clusterBy: [`${name}_id`],
    columns: [
      column(`${name}_id`, id === undefined ? 'text' : sourceType(contract, id), false, `key of the ${name}`),
      ...Object.entries(conformed).map(([attribute, [type, description]]) =>
        column(attribute, type, true, description),
      ),
      ...own.map(([attribute, value]) =>
        column(attribute, valueType(contract, value, 'text', mapping!.from), true, 'of this data set only'),
      ),
    ],
  };
}

/** dim_location: the addresses that orders carry themselves. */
export function locationTable(): TableDefinition {
  const attribute = (name: string) => column(name, 'text', true, name.replace('_', ' '));
  return {
    name: 'dim_location',
    grain: 'one address that an order names',
    partitionBy: null,
    clusterBy: ['location_id'],
    columns: [
      column('location_id', 'text', false, 'country|state|city|postal code|region'),
      ...LOCATION_ATTRIBUTES.map(attribute),
    ],
  };
}

/** The parts of a location_id, in the order in which they are joined. */
export const LOCATION_ATTRIBUTES = ['country', 'state', 'city', 'postal_code', 'region'] as const;

/** dim_rate: exchange rates by day. */
export function rateTable(): TableDefinition {
  return {
    name: 'dim_rate',
    grain: 'one currency on one day',
    partitionBy: null,
    clusterBy: ['currency'],
    columns: [
      column('rate_day', 'date', false, 'day'),
      column('currency', 'text', false, 'ISO code'),
      column('rate', 'decimal', false, 'units of this currency for one of the base currency'),
    ],
  };
}

/** Records that did not become rows, of all tables, and why. */
export const QUARANTINE_TABLE: TableDefinition = {
  name: 'quarantine',
  grain: 'one record of a raw file that became no row',
  partitionBy: null,
  clusterBy: [],
  columns: [
    column('table_name', 'text', false, 'table of the contract'),
    column('file', 'text', false, 'raw file'),
    column('line', 'int64', false, 'line on which the record begins, the header being line 1'),
    column('byte_offset', 'int64', false, 'where the record begins in the file'),
    column('byte_length', 'int64', false, 'bytes of the record, its line end included'),
    column('outcome', 'text', false, 'quarantined, or duplicate'),
    column('code', 'text', false, 'E_TYPE, E_REQUIRED …; E_DUP_ROW for a duplicate'),
    column('column_name', 'text', true, 'the column at fault'),
    column('value', 'text', true, 'the text of that column'),
    column('message', 'text', false, 'why, in words'),
    column('original', 'text', false, 'the record as it stands in the file, at most 8 KiB'),
    column('duplicate_of_file', 'text', true, 'where the record stands that was kept'),
    column('duplicate_of_line', 'int64', true, 'line of that record'),
    column('net_amount_base', 'decimal', true, 'what the line would have brought, if that can be computed'),
  ],
};

/** The type of a column of the sale lines' table. */
function sourceType(contract: Contract, name: string, table: string = contract.sale.from): ColumnType {
  const kind = contract.tables[table]?.columns[name]?.kind;
  return kind === undefined || kind === 'ignore' ? 'text' : COLUMN_TYPES[kind];
}

/** The type that a mapped value has; what only joins or chooses is text. */
export function valueType(
  contract: Contract,
  value: Value | undefined,
  absent: ColumnType,
  table: string = contract.sale.from,
): ColumnType {
  if (value === undefined) return absent;
  if (typeof value === 'string') return sourceType(contract, value, table);
  if (!('via' in value)) return 'text';
  const target = followPath(contract, table, value.via);
  return target === null ? 'text' : sourceType(contract, target.column, target.table);
}

/** The table and column that a `via` path ends at, or null if it leads nowhere. */
function followPath(contract: Contract, table: string, path: readonly string[]) {
  let current = table;
  for (const step of path.slice(0, -1)) {
    const next = contract.tables[current]?.columns[step]?.references;
    if (next === undefined) return null;
    current = next;
  }
  const last = path.at(-1);
  return last !== undefined && contract.tables[current]?.columns[last] ? { table: current, column: last } : null;
}

/** What a contract fills, and all tables it makes: what marts and charts can be made of. */
import type { TableDefinition } from '../base/table.ts';
import { basketTables } from './baskets.ts';
import { cohortTables } from './cohorts.ts';
import type { Contract } from './contract.ts';
import { recommendTables } from './recommendations.ts';
import {
  DIMENSION_NAMES,
  dimensionTable,
  LOCATION_ATTRIBUTES,
  locationTable,
  QUARANTINE_TABLE,
  rateTable,
  salesTable,
} from './sales.ts';
import { segmentTables } from './segments.ts';
import { valueTables } from './value.ts';

/** Every table of the conformed schema, those included that this contract leaves empty: marts may join them. */
export function conformedTables(contract: Contract): TableDefinition[] {
  const dimensions = DIMENSION_NAMES.map(name => dimensionTable(contract, name));
  const conformed = [salesTable(contract), ...dimensions, locationTable(), rateTable(), QUARANTINE_TABLE];
  return [...conformed, ...customerTables(contract)];
}

/** The tables that jobs find out customer by customer. */
export const customerTables = (contract: Contract): TableDefinition[] => [
  ...cohortTables(),
  ...segmentTables(contract),
  ...valueTables(contract),
  ...basketTables(contract),
  ...recommendTables(contract),
];

/** `table.column` of every column that the contract fills, whether read or computed. */
export function mappedColumns(contract: Contract): ReadonlySet<string> {
  const { sale, dimensions } = contract;
  const mapped = new Set<string>();
  const add = (table: string, column: string) => void mapped.add(`${table}.${column}`);
  for (const column of SALE_ALWAYS) add('fct_sales', column);
  for (const [column, mappings] of Object.entries(SALE_SOURCES)) {
    if (mappings.some(names => names.every(name => sale[name] !== undefined))) add('fct_sales', column);
  }
  if (contract.tables[sale.from]?.columns[sale.sold]?.kind === 'timestamp') add('fct_sales', 'sold_at');
  for (const name of DIMENSION_NAMES) {
    const mapping = dimensions[name];
    if (!mapping) continue;
    add(`dim_${name}`, `${name}_id`);
    for (const attribute of Object.keys(mapping.attributes)) add(`dim_${name}`, attribute);
  }
  if (sale.location) {
    add('dim_location', 'location_id');
    for (const attribute of LOCATION_ATTRIBUTES)
      if (sale.location[attribute] !== undefined) add('dim_location', attribute);
  }
  if (sale.rates) for (const { name } of rateTable().columns) add('dim_rate', name);
  return mapped;
}

const SALE_ALWAYS = [
  'sale_id',
  'order_id',
  'customer_id',
  'product_id',
  'sales_day',
  'net_amount',
  'net_amount_base',
  'currency',
  'fx_rate',
  'is_return',
  'source_file',
  'source_line',
];

/** What must be mapped for a column to be filled: one of the lists, all of its names. */
const SALE_SOURCES: Readonly<Record<string, readonly (readonly (keyof Contract['sale'])[])[]>> = {
  store_id: [['store_id']],
  location_id: [['location']],
  employee_id: [['employee_id']],
  channel: [['channel']],
  delivered_day: [['delivered_day']],
  quantity: [['quantity']],
  unit_price: [['unit_price']],
  discount_rate: [['discount_rate']],
  gross_amount: [['quantity', 'unit_price']],
  discount_amount: [['quantity', 'unit_price']],
  cost_amount: [['cost_amount'], ['quantity', 'unit_cost']],
  cost_amount_base: [['cost_amount'], ['quantity', 'unit_cost']],
};

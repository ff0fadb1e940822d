/** Customers and products as people name them: found in what is published, or an error that says who was meant. */
import { UserError } from '../base/errors.ts';
import { didYouMean } from '../datasets/nearest.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { sqlText } from './project.ts';

export interface Customer {
  readonly id: string;
  /** The id as SQL compares it with customer_id. */
  readonly sql: string;
  /** Null where the data set has no names. */
  readonly name: string | null;
}

/** The customer with this id; null when no dimension and no sale has it. */
export async function findCustomer(warehouse: Warehouse, id: string): Promise<Customer | null> {
  const { columns } = await warehouse.query('select customer_id from fct_sales limit 0');
  const sql = `try_cast(${sqlText(id)} as ${columns[0]!.type})`;
  const [found] = (
    await warehouse.query(
      `select (select min(customer_name) from dim_customer where customer_id = ${sql}) as name,
        exists (from dim_customer where customer_id = ${sql}) or exists (from fct_sales where customer_id = ${sql}) as seen`,
    )
  ).rows;
  return found?.seen ? { id, sql, name: found.name as string | null } : null;
}

/** For an id that nobody has: whose name it is, or which id is like it. */
export async function unknownCustomer(warehouse: Warehouse, id: string, next: string): Promise<UserError> {
  const named = await texts(
    warehouse,
    `select distinct cast(customer_id as varchar) as text from dim_customer
     where lower(customer_name) = lower(${sqlText(id)}) order by text limit 5`,
  );
  const isLike = /^\d+$/.test(id) ? '' : didYouMean(id, await texts(warehouse, CUSTOMERS));
  const who = named.length > 0 ? `; that is the name of ${named.join(', ')}` : isLike;
  return new UserError({ code: 'E_NO_CUSTOMER', what: `there is no customer ${id}${who}`, next, exitCode: 2 });
}

const CUSTOMERS = 'select distinct cast(customer_id as varchar) as text from fct_sales where customer_id is not null';

/** product_name by product_id, of those that have one. */
export async function productNames(warehouse: Warehouse): Promise<ReadonlyMap<string, string>> {
  const { rows } = await warehouse.query(
    'select cast(product_id as varchar) as id, product_name as name from dim_product where product_name is not null',
  );
  return new Map(rows.map(({ id, name }) => [String(id), String(name)]));
}

/** For a product that no recommender knows. */
export function unknownProduct(id: string, known: readonly string[], names: ReadonlyMap<string, string>): UserError {
  const sameName = [...names].filter(([, name]) => name.toLowerCase() === id.toLowerCase()).map(([own]) => own);
  const like = names.has(id)
    ? ': nobody has bought it before the analysis day, so nothing is known of it'
    : sameName.length > 0
      ? `; that is the name of ${sameName.slice(0, 5).join(', ')}`
      : didYouMean(id, [...known, ...names.values()]);
  return new UserError({
    code: 'E_NO_PRODUCT',
    what: `${names.has(id) ? 'nothing is recommended for' : 'there is no'} product ${id}${like}`,
    next: 'endcap query "select product_id, product_name from mart_product_sales"   lists those that were sold',
    exitCode: 2,
  });
}

async function texts(warehouse: Warehouse, sql: string): Promise<string[]> {
  return (await warehouse.query(sql)).rows.map(({ text }) => String(text));
}

/** A small grocery in which nothing is wrong, as lines of its files: what a test spoils, it spoils on purpose. */
import { expect } from 'vitest';
import type { ErrorDetails } from '../base/errors.ts';
import { failureDetails } from '../coordinator/failure.ts';
import type { RunOptions } from '../coordinator/run.ts';
import { type Files, publicationsOf, runHere } from './support.ts';

const TABLES = ['countries', 'cities', 'categories', 'products', 'customers', 'employees', 'sales'] as const;

/** Lines of each file, the header first. */
export type Shop = Record<(typeof TABLES)[number], string[]>;

export const SALES = 400;

/** Line n of sales.csv is sale n − 1: one unit for 2.50, on one of the days of January. */
export function smallShop(): Shop {
  const list = (length: number, line: (id: number) => string) => Array.from({ length }, (_, index) => line(index + 1));
  return {
    countries: ['CountryID,CountryName,CountryCode', '1,Atlantis,AT'],
    cities: ['CityID,CityName,Zipcode,CountryID', '1,Northport,12345,1'],
    categories: ['CategoryID,CategoryName', '1,Bread'],
    products: [
      'ProductID,ProductName,Price,CategoryID,Class,ModifyDate,Resistant,IsAllergic,VitalityDays',
      ...list(60, id => `${id},Loaf ${id},2.50,1,Low,2018-01-01,Weak,FALSE,3`),
    ],
    customers: [
      'CustomerID,FirstName,MiddleInitial,LastName,CityID,Address',
      ...list(200, id => `${id},Ann,NULL,Number${id},1,${id} Mill Lane`),
    ],
    employees: [
      'EmployeeID,FirstName,MiddleInitial,LastName,BirthDate,Gender,CityID,HireDate',
      '1,Bo,X,Baker,1980-01-01,M,1,2015-01-01',
    ],
    sales: [
      'SalesID,SalesPersonID,CustomerID,ProductID,Quantity,Discount,TotalPrice,SalesDate,TransactionNumber',
      ...list(SALES, id => saleLine(id)),
    ],
  };
}

export interface SaleFields {
  readonly customer?: string;
  readonly product?: string;
  readonly quantity?: string;
  readonly sold?: string;
  readonly receipt?: string;
}

export function saleLine(id: number, fields: SaleFields = {}): string {
  const { customer = String(1 + (id % 200)), product = String(1 + (id % 60)), quantity = '1' } = fields;
  const { sold = `2018-01-${String(1 + (id % 31)).padStart(2, '0')} 10:00:00.000`, receipt = `T${id}` } = fields;
  return `${id},1,${customer},${product},${quantity},0,0,${sold},${receipt}`;
}

/** The files of a shop; each of its characters is one byte, so that bytes can be written that are not UTF-8. */
export const shopFiles = (shop: Shop): Files =>
  Object.fromEntries(
    TABLES.map(table => [`${table}.csv`, Buffer.from(shop[table].map(line => `${line}\n`).join(''), 'latin1')]),
  );

/** A run that must not publish: what it says, after having made sure that readers see what they saw before. */
export async function failureOf(options: RunOptions & { readonly project: string }): Promise<ErrorDetails> {
  const before = await publicationsOf(options.project);
  const error: unknown = await runHere(options).then(
    summary => expect.fail(`the run ended as ${summary.outcome}`),
    (reason: unknown) => reason,
  );
  expect(await publicationsOf(options.project)).toEqual(before);
  return failureDetails(error, options.input);
}

/** All that a person reads of an error. */
export const textOf = ({ what, where, why, next }: ErrorDetails): string =>
  [what, where, why, next].filter(part => part !== undefined).join('\n');

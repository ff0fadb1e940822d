/** Makes a grocery data set for the demo and for tests: seven files, and the truth about them. */
import { invariant } from '../../base/errors.ts';
import { type SalesTruth, spoil, Tally, toText } from './defects.ts';
import { below, pick, type Random, randomNumbers } from './random.ts';
import { DEPARTMENT_PRODUCTS, EMPLOYEES, type Line, type Product, receiptLines } from './receipts.ts';
import { CITY_BEGINNINGS, CITY_ENDS, COUNTRIES, DEPARTMENTS, FIRST_NAMES, LAST_NAMES, STREETS, WAYS } from './words.ts';

export interface GroceryOptions {
  /** Records of sales.csv, the spoilt ones included. */
  readonly rows: number;
  readonly customers: number;
  /** The same options make the same bytes. */
  readonly seed: number;
  /** Share of the records that are spoilt, besides the one in a hundred without a date. */
  readonly dirt: number;
}

export interface GroceryTruth {
  /** Records of each file but sales.csv, all of which must be kept. */
  readonly files: Readonly<Record<string, number>>;
  readonly sales: SalesTruth;
}

/** `write` gets each file in one or several pieces, one file after the other. */
export async function generateGrocery(
  options: GroceryOptions,
  write: (file: string, bytes: Uint8Array) => void | Promise<void>,
): Promise<GroceryTruth> {
  const { rows, customers, seed, dirt } = options;
  invariant(rows >= 0 && customers >= 1 && dirt >= 0 && dirt <= 1, 'rows, customers and dirt make a data set');
  const random = randomNumbers(seed);
  const products = makeProducts(random);
  const small = smallFiles(random, customers, products);
  for (const [file, lines] of Object.entries(small)) await write(file, Buffer.from(`${lines.join('\n')}\n`));
  const tally = new Tally();
  for (const piece of salesPieces(random, options, products, tally)) await write('sales.csv', piece);
  const files = Object.fromEntries(Object.entries(small).map(([file, lines]) => [file, lines.length - 1]));
  return { files, sales: tally.truth() };
}

const CITIES = CITY_BEGINNINGS.length * CITY_ENDS.length;
const PIECE_CHARACTERS = 1 << 20;
const EMPTY_DATES = 0.01;
const SALES_HEADER =
  'SalesID,SalesPersonID,CustomerID,ProductID,Quantity,Discount,TotalPrice,SalesDate,TransactionNumber';

/** The sales, about a megabyte at a time. Each character of the text is one byte, also the one that is no UTF-8. */
function* salesPieces(random: Random, options: GroceryOptions, products: readonly Product[], tally: Tally) {
  const lines = receiptLines(random, options.customers, products);
  let text = `${SALES_HEADER}\n`;
  let kept: Line | null = null;
  for (let row = 0; row < options.rows; row++) {
    const line = lines.next().value;
    const chance = random();
    if (chance < EMPTY_DATES) {
      tally.refuse('E_REQUIRED');
      text += `${toText(line, { day: '', time: '' })}\n`;
    } else if (chance < EMPTY_DATES + options.dirt) {
      text += `${spoil(random, line, kept, tally)}\n`;
    } else {
      tally.keep(line);
      kept = line;
      text += `${toText(line)}\n`;
    }
    if (text.length < PIECE_CHARACTERS) continue;
    yield Buffer.from(text, 'latin1');
    text = '';
  }
  yield Buffer.from(text, 'latin1');
}

/** Prices from 0.50 to 95.50, most of them low. */
function makeProducts(random: Random): Product[] {
  return DEPARTMENTS.flatMap(([, things], department) =>
    Array.from({ length: DEPARTMENT_PRODUCTS }, (_, index) => ({
      id: department * DEPARTMENT_PRODUCTS + index + 1,
      department,
      name: `${things[index % things.length]}, ${WAYS[Math.floor(index / things.length)]}`,
      price: 5_000 + Math.floor(random() ** 2 * 950_000),
    })),
  );
}

/** Every file but the sales, as lines with the header first. */
function smallFiles(random: Random, customers: number, products: readonly Product[]): Record<string, string[]> {
  return {
    'countries.csv': [
      'CountryID,CountryName,CountryCode',
      ...numbered(COUNTRIES.length, id => COUNTRIES[id - 1]!.join(',')),
    ],
    'cities.csv': ['CityID,CityName,Zipcode,CountryID', ...numbered(CITIES, id => cityLine(random, id))],
    'categories.csv': ['CategoryID,CategoryName', ...numbered(DEPARTMENTS.length, id => DEPARTMENTS[id - 1]![0])],
    'products.csv': [
      'ProductID,ProductName,Price,CategoryID,Class,ModifyDate,Resistant,IsAllergic,VitalityDays',
      ...numbered(products.length, id => productLine(random, products[id - 1]!)),
    ],
    'employees.csv': [
      'EmployeeID,FirstName,MiddleInitial,LastName,BirthDate,Gender,CityID,HireDate',
      ...numbered(
        EMPLOYEES,
        () =>
          `${person(random)},${day(random, 1955, 35)},${pick(random, ['F', 'M'])},${city(random)},${day(random, 2010, 7)}`,
      ),
    ],
    'customers.csv': [
      'CustomerID,FirstName,MiddleInitial,LastName,CityID,Address',
      ...numbered(
        customers,
        () => `${person(random)},${city(random)},${1 + below(random, 180)} ${pick(random, STREETS)}`,
      ),
    ],
  };
}

const numbered = (count: number, rest: (id: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => `${index + 1},${rest(index + 1)}`);

/** A postal code below 10000 has lost its zeros on the way through a spreadsheet. */
function cityLine(random: Random, id: number): string {
  const name =
    CITY_BEGINNINGS[(id - 1) % CITY_BEGINNINGS.length]! + CITY_ENDS[Math.floor((id - 1) / CITY_BEGINNINGS.length)]!;
  const country = COUNTRIES.findIndex(([country]) => country === 'United States') + 1;
  return `${name},${501 + below(random, 99_000)},${country}`;
}

function productLine(random: Random, { id, name, price, department }: Product): string {
  const quoted = /[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
  const modified = `${day(random, 2017, 1)} 08:21:49.190`;
  const traits = [pick(random, ['Durable', 'Weak', 'Unknown']), pick(random, ['TRUE', 'FALSE', 'Unknown']), id % 120];
  const kind = pick(random, ['Low', 'Medium', 'High']);
  return `${quoted},${(price / 10_000).toFixed(4)},${department + 1},${kind},${modified},${traits.join(',')}`;
}

const person = (random: Random): string =>
  `${pick(random, FIRST_NAMES)},${random() < 0.02 ? 'NULL' : pick(random, [...'ABCDEJKLMRST'])},${pick(random, LAST_NAMES)}`;

const city = (random: Random): number => 1 + Math.floor(random() ** 1.5 * CITIES);

const day = (random: Random, year: number, years: number): string =>
  new Date(Date.UTC(year, 0, 1 + below(random, years * 365))).toISOString().slice(0, 10);

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ErrorDetails, UserError } from '../base/errors.ts';
import type { Contract } from './contract.ts';
import { headerNames } from './headers.ts';
import { contractNames, openContract } from './open.ts';
import { recognise, type SourceFile } from './recognise.ts';

let contracts: Contract[];
beforeAll(async () => {
  contracts = await Promise.all(contractNames().map(openContract));
});

const named = (name: string) => contracts.find(contract => contract.name === name)!;

/** A folder that fits the contract: a file for each table, with the columns of the contract. */
function folderOf(contract: Contract): SourceFile[] {
  return Object.entries(contract.tables).map(([table, { columns }]) => ({
    name: `${table}.csv`,
    header: Object.keys(columns),
  }));
}

const change = (
  files: SourceFile[],
  name: string,
  header: (names: readonly string[]) => readonly string[],
): SourceFile[] => files.map(file => (file.name === name ? { name, header: header(file.header) } : file));

function refusal(files: SourceFile[], among: readonly Contract[] = contracts): ErrorDetails {
  try {
    recognise(files, among);
  } catch (error) {
    if (error instanceof UserError) return error.details;
    throw error;
  }
  throw new Error('was recognised');
}

describe('recognise', () => {
  it('knows each built-in contract by headers alone, in any order, whatever the files are called', () => {
    for (const contract of contracts) {
      const files = folderOf(contract).map(({ header }, index) => ({
        name: `${index}.csv`,
        header: header.toReversed(),
      }));
      const found = recognise(files, contracts);
      expect(found.contract).toBe(contract);
      expect([...found.tables.values()].flat()).toHaveLength(files.length);
    }
  });

  it('reads past byte order marks, carriage returns and blanks in a header', () => {
    const files = change(folderOf(named('grocery')), 'sales.csv', names => [
      `\ufeff${names[0]}`,
      ...names.slice(1, -1).map(name => ` ${name} `),
      `${names.at(-1)}\r`,
    ]);
    expect(recognise(files, contracts).newColumns).toEqual([]);
    expect(headerNames(['\ufeffId', ' Name\r'])).toEqual(['Id', 'Name']);
  });

  it('takes several files of a table in the order of the bytes of their names', () => {
    const header = folderOf(named('superstore'))[0]!.header;
    const files = ['b.csv', 'ä.csv', 'a.csv', 'B.csv'].map(name => ({ name, header }));
    expect(recognise(files, contracts).tables.get('sales')).toEqual(['B.csv', 'a.csv', 'b.csv', 'ä.csv']);
  });

  it('names files of no table and columns that it does not know, and goes on', () => {
    const files = change(folderOf(named('electronics')), 'sales.csv', names => [...names, 'Voucher', '']);
    const found = recognise([...files, { name: 'Data_Dictionary.csv', header: ['Table', 'Field'] }], contracts);
    expect(found.unclaimed).toEqual(['Data_Dictionary.csv']);
    expect(found.newColumns).toEqual([{ file: 'sales.csv', column: 'Voucher' }]);
  });

  it('takes a column by its alias', () => {
    const files = change(folderOf(named('electronics')), 'rates.csv', () => ['Date', 'Currency Code', 'Exchange']);
    expect(recognise(files, contracts).contract.name).toBe('electronics');
  });

  it('does without ignored columns', () => {
    const grocery = named('grocery');
    const files = change(folderOf(grocery), 'sales.csv', names => names.filter(name => name !== 'TotalPrice'));
    expect(recognise(files, [grocery]).contract.name).toBe('grocery');
  });

  it('lets names decide between tables with the same columns', () => {
    const superstore = named('superstore');
    const { sales } = superstore.tables;
    const twins = {
      ...superstore,
      tables: { sales: { ...sales!, files: 'sold*.csv' }, returns: { ...sales!, files: 'back*.csv' } },
    };
    const header = Object.keys(sales!.columns);
    const found = recognise(
      [
        { name: 'BACK_1.csv', header },
        { name: 'x/sold.csv', header },
      ],
      [twins],
    );
    expect([...found.tables]).toEqual([
      ['sales', ['x/sold.csv']],
      ['returns', ['BACK_1.csv']],
    ]);
    const error = refusal(
      [
        { name: 'sold.csv', header },
        { name: 'x.csv', header },
      ],
      [twins],
    );
    expect(error.what).toBe('x.csv fits several tables equally well: sales, returns');
  });

  it('asks which contract is meant when two fit', () => {
    const error = refusal([
      ...folderOf(named('grocery')),
      { name: 'train.csv', header: folderOf(named('superstore'))[0]!.header },
    ]);
    expect(error).toMatchObject({ code: 'E_NO_CONTRACT', exitCode: 2 });
    expect(error.what).toContain('several contracts');
    expect(error.next).toMatch(/^--contract (grocery|superstore)$/);
  });
});

describe('what does not fit', () => {
  it('shows a renamed column line by line, with the alias that would mend it', () => {
    const files = change(folderOf(named('grocery')), 'sales.csv', names =>
      names.map(name => (name === 'CustomerID' ? 'Cust_ID' : name)),
    );
    const error = refusal(files);
    expect(error).toMatchObject({ code: 'E_HEADER', exitCode: 2 });
    expect(error.what).toBe('sales.csv (table sales) does not match contract grocery v1');
    expect(error.why).toMatch(/− CustomerID {2}missing\n\s+\+ Cust_ID {5}new, looks like CustomerID$/);
    expect(error.next).toContain("CustomerID: int({ …, alias: ['Cust_ID'] })");
  });

  it('refuses a file whose name says what it is and whose header does not, even beside one that fits', () => {
    const files = [...folderOf(named('grocery')), { name: 'sales_2.csv', header: ['SalesID', 'Amount'] }];
    expect(refusal(files)).toMatchObject({ code: 'E_HEADER', what: expect.stringContaining('sales_2.csv') });
  });

  it('is not troubled by other files when a pattern says nothing', () => {
    const files = [...folderOf(named('superstore')), { name: 'notes.csv', header: ['Order ID', 'Remark'] }];
    expect(recognise(files, [named('superstore')]).unclaimed).toEqual(['notes.csv']);
  });

  it('refuses a header that names a column twice, or by two names', () => {
    const twice = change(folderOf(named('grocery')), 'sales.csv', names => [...names, 'Quantity']);
    expect(refusal(twice)).toMatchObject({ code: 'E_HEADER', why: expect.stringContaining('Quantity') });
    const both = change(folderOf(named('electronics')), 'rates.csv', names => [...names, 'Currency Code']);
    expect(refusal(both).why).toContain('Currency and Currency Code');
  });

  it('names the table that has no file, and what it would look like', () => {
    const error = refusal(folderOf(named('electronics')).filter(file => file.name !== 'sales.csv'));
    expect(error).toMatchObject({ code: 'E_NO_FILE', what: 'no file for table sales of contract electronics' });
    expect(error.why).toContain('Sales*.csv with Order Number, Line Item');
  });

  it('says which contracts came closest when none fits', () => {
    const error = refusal([{ name: 'categories.csv', header: ['CategoryID', 'CategoryName'] }]);
    expect(error).toMatchObject({ code: 'E_NO_CONTRACT', exitCode: 2, where: 'categories.csv' });
    expect(error.why).toMatch(/^grocery: 1 of 7 tables found, none for countries/);
  });

  it('holds the files against the one contract that was named, however little fits', () => {
    expect(refusal([{ name: 'a.csv', header: ['x'] }], [named('grocery')])).toMatchObject({ code: 'E_NO_FILE' });
  });

  it('says so when there is no file at all', () => {
    expect(refusal([])).toMatchObject({ code: 'E_NO_CONTRACT', what: 'there are no CSV files' });
  });
});

const shared = process.env.ENDCAP_SHARED ?? fileURLToPath(new URL('../../shared', import.meta.url));
const haveData = existsSync(`${shared}/data/grocery`);
if (!haveData) console.log(`The data sets are not at ${shared}/data (ENDCAP_SHARED): their headers are not tested.`);

/** Header fields of these files are not quoted, so that commas part them. */
function realFolder(name: string): SourceFile[] {
  const folder = `${shared}/data/${name}`;
  return readdirSync(folder)
    .filter(file => file.endsWith('.csv'))
    .map(file => ({ name: file, header: readFileSync(`${folder}/${file}`, 'latin1').split('\n', 1)[0]!.split(',') }));
}

describe.skipIf(!haveData)('the real folders', () => {
  it('of electronics and superstore are recognised', () => {
    expect(recognise(realFolder('electronics'), contracts).unclaimed).toEqual(['Data_Dictionary.csv']);
    expect(recognise(realFolder('superstore'), contracts).tables.get('sales')).toEqual(['train_9800.csv']);
  });

  it('of grocery has a sales file without dates, which is named', () => {
    const files = realFolder('grocery');
    expect(refusal(files)).toMatchObject({ code: 'E_HEADER', why: '− SalesDate  missing' });
    const rest = files.filter(file => file.name !== 'sales_first498_nodate.csv');
    expect(recognise(rest, contracts).tables.get('sales')).toEqual(['sales_10_dated.csv']);
  });

  it('of other data sets fit nothing', () => {
    expect(refusal(realFolder('olist')).code).toBe('E_NO_CONTRACT');
    expect(refusal(realFolder('1c')).code).toBe('E_NO_CONTRACT');
  });
});

/** A market stall: the smallest contract, a file of goods and files of sold lines. What a test needs, it changes. */
import { join } from 'node:path';
import { type Contract, date, decimal, int, type TableContract, text, via } from '../datasets/contract.ts';
import { type Files, writeFiles } from './support.ts';

export const STALL: Contract = {
  name: 'stall',
  version: 1,
  title: 'A market stall',
  currency: 'EUR',
  tables: {
    goods: {
      files: 'goods*.csv',
      key: ['Code'],
      maxRejectRate: 1,
      columns: { Code: text({ required: true }), Price: decimal() },
    },
    sold: {
      files: 'sold*.csv',
      key: ['Line'],
      maxRejectRate: 1,
      columns: {
        Line: int({ required: true }),
        Day: date('YYYY-MM-DD', { required: true }),
        Who: text({ default: 'walk-in' }),
        Code: text({ required: true, references: 'goods' }),
        Pieces: int(),
      },
    },
  },
  sale: {
    from: 'sold',
    sale_id: 'Line',
    order_id: 'Line',
    customer_id: 'Who',
    product_id: 'Code',
    sold: 'Day',
    quantity: 'Pieces',
    unit_price: via('Code', 'Price'),
  },
  dimensions: { product: { from: 'goods', id: 'Code', attributes: { unit_price: 'Price' } } },
};

export const GOODS = csv('Code,Price', 'apple,2.50', 'pear,3');
export const SOLD_HEADER = 'Line,Day,Who,Code,Pieces';
/** Four lines worth 2.50, 3.00, 5.00 and 2.50, on three days of two months. */
export const SOLD = csv(
  SOLD_HEADER,
  '1,2024-05-01,Ann,apple,1',
  '2,2024-05-01,Bob,pear,1',
  '3,2024-05-02,,apple,2',
  '4,2024-06-01,Ann,apple,1',
);
export const FILES: Files = { 'goods.csv': GOODS, 'sold.csv': SOLD };

/** Lines, each with its line feed. */
export function csv(...lines: readonly string[]): string {
  return lines.map(line => `${line}\n`).join('');
}

/** The same contract, but for one table; of its columns only those that are named are others. */
export function withTable(contract: Contract, name: string, changes: Partial<TableContract>): Contract {
  const table = contract.tables[name] ?? { files: `${name}*.csv`, key: [], maxRejectRate: 1, columns: {} };
  const columns = { ...table.columns, ...changes.columns };
  return { ...contract, tables: { ...contract.tables, [name]: { ...table, ...changes, columns } } };
}

export const withSale = (contract: Contract, changes: Partial<Contract['sale']>): Contract => ({
  ...contract,
  sale: { ...contract.sale, ...changes },
});

/** Writes the contract as a user would, and gives its path. */
export const writeContract = async (folder: () => Promise<string>, contract: Contract): Promise<string> =>
  join(await writeFiles(await folder(), { 'contract.json': JSON.stringify(contract) }), 'contract.json');

/** What a run of these files needs: all of it new. */
export async function openStall(folder: () => Promise<string>, files: Files = FILES, contract: Contract = STALL) {
  const input = await writeFiles(await folder(), files);
  return { input, project: await folder(), contract: await writeContract(folder, contract) };
}

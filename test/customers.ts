/** The lines of each customer as the stages that need them would read them, and as the fact has them. */
import { pathToFileURL } from 'node:url';
import type { BlockOutput } from '../jobs/customers/block.ts';
import { type Column, valueText } from '../kernels/column.ts';
import { dayText } from '../kernels/dates.ts';
import { amountText } from '../kernels/money.ts';
import { type Kernels, withKernels } from '../kernels/wasm.ts';
import { decodeRuns } from '../lake/assemble.ts';
import { layout } from '../lake/layout.ts';
import { openStore } from '../lake/open.ts';
import { readSlices } from '../lake/slice.ts';
import { type ObjectStore, readJson } from '../lake/store.ts';
import type { Published } from './support.ts';

/** A line's values as text, in the order of the columns. */
export type Line = readonly (string | null)[];

export interface Block extends BlockOutput {
  readonly lines: readonly Line[];
}

const COLUMNS = 'customer_id, sales_day, order_id, product_id, quantity, net_amount_base, is_return';

/** The blocks of a project in which one run asked for them, by their numbers. */
export async function readBlocks(project: string): Promise<Block[]> {
  const lake = await openStore(`${pathToFileURL(project).href}/`);
  const blocks: Block[] = [];
  for await (const { key } of lake.list(layout.commitsOf('customers.block'))) {
    const { output } = (await readJson<{ output: BlockOutput }>(lake, key))!;
    blocks.push({ ...output, lines: await withKernels(kernels => readLines(kernels, lake, output)) });
  }
  return blocks.sort((a, b) => a.block - b.block);
}

async function readLines(kernels: Kernels, lake: ObjectStore, { slices }: BlockOutput): Promise<Line[]> {
  const { length, columns } = decodeRuns(kernels, await readSlices(kernels, lake, slices));
  if (Object.keys(columns).join(', ') !== COLUMNS) throw new Error(`a block of ${Object.keys(columns).join(', ')}`);
  return Array.from({ length }, (_, row) => Object.values(columns).map(column => plainText(column, row)));
}

/** As DuckDB writes it. */
function plainText(column: Column, row: number): string | null {
  const text = valueText(column, row);
  if (text !== null && column.type === 'date') return dayText(Number(text));
  if (text !== null && column.type === 'decimal') return amountText(BigInt(text));
  return text;
}

/** The lines of fct_sales by customer, day and sale: all customers, one after another. */
export async function customerLines(published: Published): Promise<Line[]> {
  const columns = COLUMNS.split(', ').map(name => `cast(${name} as varchar) as ${name}`);
  return published.rows(
    `select ${columns.join(', ')} from fct_sales as s order by s.customer_id, s.sales_day, s.sale_id`,
  ) as Promise<Line[]>;
}

/** What must not depend on how the blocks came to be: all but where they are. */
export const contentOf = (blocks: readonly Block[]) =>
  blocks.map(({ block, rows, net, slices }) => ({ block, rows, net, slices: slices.map(({ hash }) => hash) }));

import { describe, expect, it } from 'vitest';
import { cases, contract, date, decimal, int, join, text, timestamp, via } from '../../datasets/contract.ts';
import { type Column, dateColumn, numberColumn, setBit, textColumn, valueText } from '../../kernels/column.ts';
import { FAULTS } from '../../kernels/faults.ts';
import { indexOf } from '../../kernels/lookup.ts';
import { createKernels } from '../../kernels/wasm.ts';
import type { Rows } from '../../lake/slab.ts';
import { between, listOf, pick, seeded } from '../../test/random.ts';
import { conform } from './conform.ts';

const shop = contract({
  name: 'shop',
  version: 1,
  title: 'Lines in several currencies, priced in the base currency',
  currency: 'USD',
  tables: {
    products: { files: 'products.csv', key: ['id'], columns: { id: text(), price: decimal(), cost: decimal() } },
    stores: { files: 'stores.csv', key: ['id'], columns: { id: int() } },
    rates: {
      files: 'rates.csv',
      key: ['day', 'currency'],
      columns: { day: date('YYYY-MM-DD'), currency: text(), rate: decimal() },
    },
    sales: {
      files: 'sales.csv',
      key: ['order', 'line'],
      columns: {
        order: text(),
        line: int(),
        sold: timestamp('YYYY-MM-DD HH:mm'),
        store: int({ references: 'stores' }),
        product: text({ references: 'products' }),
        count: int(),
        currency: text(),
      },
    },
  },
  sale: {
    from: 'sales',
    sale_id: ['order', 'line'],
    order_id: 'order',
    customer_id: 'order',
    product_id: 'product',
    store_id: 'store',
    channel: cases('store', { '0': 'online' }, 'store'),
    sold: 'sold',
    quantity: 'count',
    unit_price: via('product', 'price'),
    unit_cost: via('product', 'cost'),
    currency: 'currency',
    pricesIn: 'base',
    rates: { table: 'rates', day: 'day', currency: 'currency', rate: 'rate' },
  },
  dimensions: { product: { from: 'products', id: 'id', attributes: { product_name: join(['id'], ' ') } } },
});

interface Line {
  readonly order: string;
  readonly line: number;
  readonly day: number;
  readonly store: number | null;
  readonly product: string;
  readonly count: number | null;
  readonly currency: string | null;
}

const DAY = 86_400_000_000;
const PRICES = new Map<string, bigint | null>([
  ['tea', 3_333_333n],
  ['gold', 999_999_999_999_999_999n],
  ['gift', null],
]);
const RATES = new Map([
  ['EUR 17532', 850_001n],
  ['EUR -1', 1_000_000n],
  ['GBP 17532', 499_999n],
]);
const STORES = [0, 7, 9_000_000];

const rowsOf = (columns: Record<string, Column>): Rows => ({ length: Object.values(columns)[0]!.length, columns });

const kernels = createKernels(1 << 24);

function tables() {
  const products = rowsOf({
    id: textColumn([...PRICES.keys()]),
    price: numberColumn('decimal', [...PRICES.values()]),
    cost: numberColumn('decimal', [...PRICES.values()]),
  });
  const stores = rowsOf({ id: numberColumn('int64', STORES) });
  const pairs = [...RATES.keys()].map(key => key.split(' ') as [string, string]);
  const day = dateColumn(pairs.length);
  pairs.forEach((pair, row) => {
    day.values[row] = Number(pair[1]);
    setBit(day.validity, row);
  });
  const currency = textColumn(pairs.map(pair => pair[0]));
  const rates = rowsOf({ day, currency, rate: numberColumn('decimal', [...RATES.values()]) });
  return new Map([
    ['products', { rows: products, find: indexOf([products.columns.id!])(kernels) }],
    ['stores', { rows: stores, find: indexOf([stores.columns.id!])(kernels) }],
    ['rates', { rows: rates, find: indexOf([currency, day])(kernels) }],
  ]);
}

const salesOf = (lines: readonly Line[]): Rows =>
  rowsOf({
    order: textColumn(lines.map(({ order }) => order)),
    line: numberColumn(
      'int64',
      lines.map(({ line }) => line),
    ),
    sold: numberColumn(
      'timestamp',
      lines.map(({ day }) => day * DAY + 5),
    ),
    store: numberColumn(
      'int64',
      lines.map(({ store }) => store),
    ),
    product: textColumn(lines.map(({ product }) => product)),
    count: numberColumn(
      'int64',
      lines.map(({ count }) => count),
    ),
    currency: textColumn(lines.map(({ currency }) => currency)),
  });

/** What becomes of a line, worked out by itself: its fault and the column at fault, or some of its values. */
function naive(line: Line): readonly (string | null)[] {
  const price = PRICES.get(line.product);
  const rate = RATES.get(`${line.currency} ${line.day}`);
  if (line.store !== null && !STORES.includes(line.store)) return ['E_FK', 'store'];
  if (price === undefined) return ['E_FK', 'product'];
  if (rate === undefined) return [line.currency === null ? 'E_REQUIRED' : 'E_RATE', 'currency'];
  if (price === null || line.count === null) return ['E_REQUIRED', price === null ? 'product' : 'count'];
  const base = price * BigInt(line.count);
  const size = base < 0n ? -base : base;
  const net = ((size * rate + 500_000n) / 1_000_000n) * (base < 0n ? -1n : 1n);
  if (size >= 10n ** 18n) return ['E_RANGE', 'product'];
  const channel = line.store === null ? null : line.store === 0 ? 'online' : 'store';
  const id = `${line.order.replace(/[\\-]/g, '\\$&')}-${line.line}`;
  return [id, channel, String(line.day), String(base), String(net), String(rate), String(base < 0n)];
}

const SEEN = ['sale_id', 'channel', 'sales_day', 'net_amount_base', 'net_amount', 'fx_rate', 'is_return'];

describe('sale lines', () => {
  const random = seeded(1);
  const lines = listOf(
    3_000,
    (row): Line => ({
      order: pick(random, ['a', 'b-1', 'b\\']),
      line: row,
      day: pick(random, [17_532, 17_532, -1]),
      store: pick(random, [null, 3, ...STORES, ...STORES, ...STORES]),
      product: pick(random, ['tea', 'tea', 'tea', 'gold', 'gift', 'milk']),
      count: pick(random, [null, 1, 2, -3, between(random, -1_000, 1_000)]),
      currency: pick(random, ['EUR', 'EUR', 'EUR', 'GBP', 'JPY', null]),
    }),
  );

  it('become what each would become by itself', () => {
    const { columns, faults } = conform(kernels, shop, salesOf(lines), tables());
    const faultOf = new Map(faults.map(fault => [fault.row, [FAULTS[fault.code]!, fault.column]]));
    const got = lines.map((_, row) => faultOf.get(row) ?? SEEN.map(name => valueText(columns[name]!, row)));
    expect(got).toEqual(lines.map(naive));
    expect(faults.map(({ row }) => row)).toEqual([...faultOf.keys()].sort((a, b) => a - b));
  });

  it('are none when there are no records', () => {
    const { columns, faults } = conform(kernels, shop, salesOf([]), tables());
    expect([faults, Object.values(columns).map(({ length }) => length)]).toEqual([[], listOf(23, () => 0)]);
  });
});

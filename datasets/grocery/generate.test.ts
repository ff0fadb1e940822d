import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openContract } from '../open.ts';
import { recognise } from '../recognise.ts';
import { type GroceryOptions, generateGrocery } from './generate.ts';

const SMALL: GroceryOptions = { rows: 20_000, customers: 900, seed: 7, dirt: 0.02 };

async function generate(options: GroceryOptions) {
  const pieces = new Map<string, Uint8Array[]>();
  const truth = await generateGrocery(options, (file, bytes) => {
    pieces.set(file, [...(pieces.get(file) ?? []), bytes]);
  });
  const files = new Map([...pieces].map(([file, parts]) => [file, Buffer.concat(parts)]));
  const hash = createHash('sha256');
  for (const [file, bytes] of files) hash.update(file).update(bytes);
  return { files, truth, digest: hash.digest('hex') };
}

const linesOf = (bytes: Buffer) => bytes.toString('latin1').trimEnd().split('\n');

describe('generateGrocery', () => {
  it('makes the same bytes for the same options, and others for another seed', async () => {
    const { digest, truth } = await generate(SMALL);
    const again = await generate(SMALL);
    expect(again.digest).toBe(digest);
    expect(again.truth).toEqual(truth);
    expect((await generate({ ...SMALL, seed: 8 })).digest).not.toBe(digest);
  });

  it('makes the seven files of the contract', async () => {
    const { files } = await generate(SMALL);
    const headers = [...files].map(([name, bytes]) => ({ name, header: linesOf(bytes)[0]!.split(',') }));
    const found = recognise(headers, [await openContract('grocery')]);
    expect(found).toMatchObject({ unclaimed: [], newColumns: [] });
    expect([...found.tables.keys()].sort()).toEqual([...files.keys()].map(file => file.replace('.csv', '')).sort());
  });

  it('says the truth about its records: read = kept + duplicate + quarantined', async () => {
    const { files, truth } = await generate(SMALL);
    for (const [file, records] of Object.entries(truth.files)) {
      expect(linesOf(files.get(file)!), file).toHaveLength(records + 1);
    }
    const { read, kept, duplicate, quarantined, codes, days } = truth.sales;
    expect(linesOf(files.get('sales.csv')!)).toHaveLength(SMALL.rows + 1);
    expect(read).toBe(SMALL.rows);
    expect(kept + duplicate + quarantined).toBe(read);
    expect(Object.values(codes).reduce((sum, count) => sum + count)).toBe(quarantined);
    expect(Object.values(days).reduce((sum, day) => sum + day.lines, 0)).toBe(kept);
    expect(Object.keys(codes)).toHaveLength(10);
    expect(Object.keys(days)).toHaveLength(129);
  });

  it('says the truth about the money, which another sum over the file finds again', async () => {
    const { files, truth } = await generate({ ...SMALL, dirt: 0 });
    // The price is the field before a category and the class; names with commas stand before it.
    const prices = linesOf(files.get('products.csv')!).map(line =>
      BigInt(/,(\d+\.\d{4}),\d+,[LMH]/.exec(line)?.[1]?.replace('.', '') ?? 0),
    );
    const days = new Map<string, bigint>();
    for (const line of linesOf(files.get('sales.csv')!).slice(1)) {
      const [, , , product, quantity, discount, , sold] = line.split(',');
      const day = sold!.slice(0, 10);
      const net = prices[Number(product)]! * BigInt(quantity!) * BigInt(100 - Math.round(Number(discount) * 100));
      if (day !== '') days.set(day, (days.get(day) ?? 0n) + net);
    }
    const millionths = (revenue: string) => BigInt(revenue.replace('.', ''));
    expect(millionths(truth.sales.revenue)).toBe([...days.values()].reduce((sum, day) => sum + day));
    for (const [day, { revenue }] of Object.entries(truth.sales.days)) expect(millionths(revenue)).toBe(days.get(day));
  });

  it('has a rhythm of weekdays, habits and favourites', async () => {
    const { files, truth } = await generate(SMALL);
    const weekday = (wanted: number) =>
      Object.entries(truth.sales.days).reduce(
        (sum, [day, { lines }]) => sum + (new Date(day).getUTCDay() === wanted ? lines : 0),
        0,
      );
    expect(weekday(6)).toBeGreaterThan(weekday(1) * 1.5);
    const pairs = new Map<string, number>();
    const customers = new Map<string, number>();
    for (const line of linesOf(files.get('sales.csv')!).slice(1)) {
      const [, , customer, product] = line.split(',');
      pairs.set(`${customer}-${product}`, (pairs.get(`${customer}-${product}`) ?? 0) + 1);
      customers.set(customer!, (customers.get(customer!) ?? 0) + 1);
    }
    expect([...pairs.values()].filter(count => count > 2).length).toBeGreaterThan(500);
    const counts = [...customers.values()].sort((a, b) => b - a);
    expect(counts[0]!).toBeGreaterThan(counts[Math.floor(counts.length / 2)]! * 3);
  });
});

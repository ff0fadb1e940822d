/** Every verb on a real project, in this process; and every command that they print. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, endcap } from './io.fixture.ts';

let shop: string;
let demo: Answer;

beforeAll(async () => {
  shop = await mkdtemp(join(tmpdir(), 'endcap-cli-'));
  demo = await endcap(shop, ['demo', '--rows', '3000', '--dirt', '0.02']);
});

const cli = (...argv: string[]) => endcap(shop, argv);

/** Commands in what was printed: of each line that has one, its words. */
function printedCommands(text: string): string[][] {
  return [...text.matchAll(/(?:node \S*endcap\.mjs|npx endcap) ([a-z].*?)(?: {3}.*)?$/gm)].map(([, words]) =>
    [...words!.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!),
  );
}

describe('demo', () => {
  it('finds what its generator planted, and prints commands that work as printed', async () => {
    expect(demo.code).toBe(0);
    expect(demo.out).toContain('✔ adds up to the cent');
    expect(demo.out).toContain('and exactly those were found');
    const commands = printedCommands(demo.out + demo.err).filter(([verb]) => verb !== 'run');
    expect(commands.map(([verb]) => verb)).toEqual(
      expect.arrayContaining(['query', 'check', 'runs', 'quarantine', 'why', 'status']),
    );
    for (const command of commands) expect({ command, ...(await cli(...command)) }).toMatchObject({ command, code: 0 });
  });

  it('does not make its files twice, and a second run changes nothing', async () => {
    const again = await cli('demo', '--rows', '3000', '--dirt', '0.02');
    expect(again.code).toBe(0);
    expect(again.err).toContain('are in');
    expect(again.out).toContain('Nothing changed');
  });
});

describe('query', () => {
  it('prints JSON, CSV, Markdown and tables of the same answer', async () => {
    const sql = `select sales_day, net_amount_base as net from fct_sales order by sale_id limit 2`;
    const json = JSON.parse((await cli('query', sql, '--json')).out);
    expect(json.columns).toEqual(['sales_day', 'net']);
    const [first, second] = json.rows;
    expect(first.net).toMatch(/^\d+\.\d{6}$/);
    expect((await cli('query', sql, '--csv')).out).toBe(
      `sales_day,net\r\n${first.sales_day},${first.net}\r\n${second.sales_day},${second.net}\r\n`,
    );
    expect((await cli('query', sql, '--md')).out).toContain(`| ${first.sales_day} | ${first.net} |`);
    const table = await cli('query', sql);
    expect(table.out.split('\n')[1]).toMatch(new RegExp(`^${first.sales_day} +${first.net}$`));
    expect(table.err).toBe('(2 rows)\n');
  });

  it('reads stdin, and says when there is more', async () => {
    const { out, err } = await endcap(shop, ['query', '-'], { input: 'select sale_id from fct_sales\n' });
    expect(out.trimEnd().split('\n')).toHaveLength(101);
    expect(err).toContain('only the first 100 rows are printed');
  });

  it('cannot change anything, and explains what is wrong', async () => {
    for (const sql of ['drop table fct_sales', 'select nothing from nowhere', `copy (select 1) to '/tmp/x'`]) {
      const { code, err } = await cli('query', sql);
      expect(code).toBe(2);
      expect(err).toMatch(/^error E_SQL {2}the query failed/);
    }
  });
});

describe('status, runs and check', () => {
  it('say what is published, and that it is sound', async () => {
    expect((await cli('status')).out).toMatch(/published +publication 1 .*just now|ago/);
    expect(JSON.parse((await cli('status', '--json')).out)).toMatchObject({
      dataset: 'grocery',
      publication: { n: 1 },
    });
    const { runs } = JSON.parse((await cli('runs', '--json')).out);
    const published = runs.find(({ state }: { state: string }) => state === 'published');
    expect(published.records).toBeGreaterThan(3000);
    const one = await cli('runs', published.run);
    expect(one.out).toContain(`Published run ${published.run}`);
    expect((await cli('runs', '1999')).code).toBe(2);
    const check = JSON.parse((await cli('check', '--json')).out);
    expect(check.failed).toBe(0);
    expect(check.passed).toBeGreaterThan(15);
  });

  it('see a file that is gone', async () => {
    const broken = await mkdtemp(join(tmpdir(), 'endcap-broken-'));
    await cp(join(shop, '.endcap'), join(broken, '.endcap'), { recursive: true });
    const publication = JSON.parse(await readFile(join(broken, '.endcap/demo/published/000001.json'), 'utf8'));
    await rm(
      join(broken, '.endcap/demo', publication.tables.dim_store?.[0]?.key ?? publication.tables.dim_product[0].key),
    );
    const check = await endcap(broken, ['check']);
    expect(check.code).toBe(3);
    expect(check.out).toMatch(/✖ fail +files of the publication +1/);
    const doctor = await endcap(broken, ['doctor']);
    expect(doctor.code).toBe(1);
    expect(doctor.out).toMatch(/✖ publication .*1 file gone/);
  });
});

describe('rollback', () => {
  it('says which there are when there is nothing to go back to', async () => {
    expect(await cli('rollback')).toMatchObject({ code: 2, err: expect.stringContaining('no earlier publication') });
    const { code, out, err } = await cli('rollback', '1');
    expect(code).toBe(0);
    expect(out).toContain('publication 1 again');
    for (const command of printedCommands(err)) expect((await cli(...command)).code).toBe(0);
  });
});

describe('doctor', () => {
  it('finds this machine well', async () => {
    const { code, out } = await cli('doctor');
    expect(out).not.toContain('✖');
    expect(code).toBe(0);
    const { findings } = JSON.parse((await cli('doctor', '--json')).out);
    expect(findings.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['node', 'duckdb', 'threads', 'lock']),
    );
  });
});

describe('the quarantine', () => {
  it('is shown by reason, then record by record as in the file', async () => {
    const { reasons, records } = JSON.parse((await cli('quarantine', 'show', '--json', '--limit', '5')).out);
    expect(reasons[0]).toMatchObject({ code: 'E_REQUIRED', column_name: 'SalesDate' });
    expect(records).toHaveLength(5);
    const lines = (await readFile(join(shop, '.endcap/demo-data/sales.csv'), 'latin1')).split('\n');
    for (const { line, original } of records) expect(original).toBe(lines[line - 1]);
    const shown = await cli('quarantine', 'show', '--code', 'e_fk', '--limit', '2');
    expect(shown.out).toMatch(/^code +reason +records +first at\nE_FK/);
    expect((await cli('quarantine', 'show', '--file', 'cities.csv')).out).toContain(
      'The quarantine has no record of cities.csv',
    );
  });

  it('is exported byte for byte, and never over a file that may have been mended', async () => {
    const { code, out } = await cli('quarantine', 'export', '--out', 'bad');
    expect(code).toBe(0);
    expect(out).toContain('and why in');
    const raw = await readFile(join(shop, '.endcap/demo-data/sales.csv'));
    const query = `select line, byte_offset as start, byte_length as size from quarantine where outcome = 'quarantined' order by start`;
    const { rows } = JSON.parse((await cli('query', query, '--json')).out);
    const expected = rows.map(({ start, size }: { start: number; size: number }) => raw.subarray(start, start + size));
    const header = raw.subarray(0, raw.indexOf('\n') + 1);
    expect(await readFile(join(shop, 'bad/sales.csv'))).toEqual(Buffer.concat([header, ...expected]));
    const reasons = (await readFile(join(shop, 'bad/sales.csv.reasons.csv'), 'utf8')).trimEnd().split('\r\n');
    expect(reasons).toHaveLength(rows.length + 1);
    expect(await cli('quarantine', 'export', '--out', 'bad')).toMatchObject({ code: 2 });
  });

  it('is exported from the kept text when the file has changed', async () => {
    const sales = join(shop, '.endcap/demo-data/sales.csv');
    const before = await readFile(sales);
    await writeFile(sales, Buffer.concat([Buffer.from(' '), before]));
    const { err } = await cli('quarantine', 'export', '--out', 'kept', '--code', 'E_FK');
    await writeFile(sales, before);
    expect(err).toContain('has changed since the run');
    expect(await readFile(join(shop, 'kept/sales.csv'), 'utf8')).toContain('\n');
  });
});

describe('why', () => {
  const fate = async (place: string) => JSON.parse((await cli('why', place, '--json')).out);

  it('tells of rows, duplicates, refused records, headers and other tables', async () => {
    const { rows } = JSON.parse(
      (await cli('query', 'select outcome, min(line) as line from quarantine group by 1', '--json')).out,
    );
    for (const { outcome, line } of rows)
      expect(await fate(`sales.csv:${line}`)).toMatchObject({ outcome, refused: { line } });
    expect(await fate('sales.csv:1')).toMatchObject({ outcome: 'header' });
    expect(await fate('.endcap/demo-data/customers.csv:3')).toMatchObject({ outcome: 'kept', table: 'customers' });
    const [kept] = JSON.parse(
      (await cli('query', 'select min(source_line) as line from fct_sales', '--json')).out,
    ).rows;
    const { out } = await cli('why', `sales.csv:${kept.line}`);
    expect(out).toMatch(/kept as a row of fct_sales\n {2}sale_id +\d+\n/);
    expect(out).toMatch(/original +\d+,/);
  });

  it('says when there is no such file or line', async () => {
    expect(await cli('why', 'sale.csv:2')).toMatchObject({
      code: 2,
      err: expect.stringContaining(`did you mean 'sales.csv'`),
    });
    expect(await cli('why', 'sales.csv:99999')).toMatchObject({ code: 2, err: expect.stringContaining('it has 3001') });
    expect(await cli('why', 'cities.csv:99999')).toMatchObject({ code: 2 });
  });

  it('finds the record around a line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'endcap-lines-'));
    const [header, one, two] = (
      await readFile(new URL('../datasets/superstore/fixtures/orders_1.csv', import.meta.url), 'utf8')
    ).split('\n');
    const broken = one!.replace('Paper clips', '"Paper\nclips"');
    await writeFile(join(folder, 'orders.csv'), `${header}\n${broken}\n\n${two}\n`);
    expect((await endcap(folder, ['run', '.', '--threads', '0', '--project', '.endcap/lines'])).code).toBe(0);
    const at = async (line: number) => JSON.parse((await endcap(folder, ['why', `orders.csv:${line}`, '--json'])).out);
    expect(await at(2)).toMatchObject({ outcome: 'kept', row: { source_line: 2 } });
    expect(await at(3)).toMatchObject({ outcome: 'kept', begins: 2, row: { source_line: 2 } });
    expect(await at(4)).toMatchObject({ outcome: 'blank' });
    expect(await at(5)).toMatchObject({ outcome: 'kept', row: { source_line: 5 } });
  });
});

describe('diff', () => {
  const sold = (lines: readonly string[]) => `Line,Day,Who,Price\n${lines.map(line => `${line}\n`).join('')}`;
  const contract = {
    name: 'stall',
    version: 1,
    title: 'A stall',
    currency: 'EUR',
    tables: {
      sold: {
        files: 'sold.csv',
        key: ['Line'],
        columns: {
          Line: { kind: 'int', required: true },
          Day: { kind: 'date', formats: ['YYYY-MM-DD'], required: true },
          Who: { kind: 'text', required: true },
          Price: { kind: 'decimal', required: true },
        },
      },
    },
    sale: {
      from: 'sold',
      sale_id: 'Line',
      order_id: 'Line',
      customer_id: 'Who',
      product_id: 'Who',
      sold: 'Day',
      net_amount: 'Price',
    },
    dimensions: {},
  };
  let folder: string;
  const run = async (lines: readonly string[], ...flags: string[]) => {
    await writeFile(join(folder, 'raw/sold.csv'), sold(lines));
    return endcap(folder, [
      'run',
      'raw',
      '--contract',
      join(folder, 'stall.json'),
      '--project',
      '.endcap/stall',
      '--threads',
      '0',
      ...flags,
    ]);
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'endcap-diff-'));
    await mkdir(join(folder, 'raw'));
    await writeFile(join(folder, 'stall.json'), JSON.stringify(contract));
    const first = await run(['1,2024-05-01,Ann,10.00', '2,2024-05-02,Bob,7.50']);
    expect(first, first.err).toMatchObject({ code: 0 });
    expect((await run(['1,2024-05-01,Ann,10.00', '3,2024-05-03,Ann,5.25', '4,2024-05-03,Cid,1'])).code).toBe(0);
  });

  it('compares rows, money, customers and days, and who moved, as data and for people', async () => {
    const { a, b, moves } = JSON.parse((await endcap(folder, ['diff', '1', '2', '--json'])).out);
    expect(a).toMatchObject({ publication: 1, rows: 2, net: '17.500000', customers: 2, asOf: '2024-05-03' });
    expect(b).toMatchObject({ publication: 2, rows: 3, net: '16.250000', customers: 2, asOf: '2024-05-04' });
    const sql = 'select from_segment, to_segment, customers, previous_monetary, monetary from mart_segment_migration';
    const { rows } = JSON.parse((await endcap(folder, ['query', sql, '--json'])).out);
    const plain = (list: readonly object[]) => list.map(row => Object.values(row).join(' ')).sort();
    expect(plain(moves)).toEqual(plain(rows));
    const { code, out } = await endcap(folder, ['diff', '1']);
    expect(code).toBe(0);
    expect(out).toMatch(/publication 1 +publication 2 +change/);
    expect(out).toMatch(/net sales +17\.50 EUR +16\.25 EUR +−1\.25/);
    expect(out).toMatch(/customers +2 +2 +0\n/);
    expect(out).toMatch(/\d customers? came, went or changed the segment/);
    expect(out).toMatch(/not a customer +\S/);
  });

  it('compares runs too, and the largest moves stand first', async () => {
    const { a } = JSON.parse((await endcap(folder, ['diff', '1', '--json'])).out);
    const compared = JSON.parse((await endcap(folder, ['diff', a.run, '1', '--json'])).out);
    expect(compared.a).toEqual(compared.b);
    const counts = compared.moves.map(({ customers }: { customers: number }) => customers);
    expect(counts).toEqual(counts.toSorted((x: number, y: number) => y - x));
    expect(compared.moves.every(({ from, to }: { from: string; to: string }) => from === to)).toBe(true);
  });

  it('says what there is not', async () => {
    expect(await endcap(folder, ['diff', '7'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no publication 7'),
    });
    expect(await endcap(folder, ['diff', 'x'])).toMatchObject({ code: 2, err: expect.stringContaining('no run x') });
    expect(await endcap(folder, ['diff', '1', '20'])).toMatchObject({ code: 2 });
  });

  it('a run as of another day, by other scores, is another publication', async () => {
    const lines = ['1,2024-05-01,Ann,10.00', '3,2024-05-03,Ann,5.25', '4,2024-05-03,Cid,1'];
    expect((await run(lines, '--as-of', '2024-05-03')).code).toBe(0);
    const cuts = 'recency=1,2,3,4;frequency=1,2,3,4;monetary=1,2,3,4';
    expect((await run(lines, '--rfm', 'fixed', '--rfm-cuts', cuts)).code).toBe(0);
    const sql = 'select customer_id, r_score, f_score, m_score from mart_rfm order by 1';
    const { rows } = JSON.parse((await endcap(folder, ['query', sql, '--json'])).out);
    expect(rows.map((row: object) => Object.values(row))).toEqual([
      ['Ann', 5, 2, 5],
      ['Cid', 5, 1, 1],
    ]);
    const early = await run(lines, '--as-of', '2024-05-01');
    expect(early).toMatchObject({ code: 2, err: expect.stringContaining('the first sale was on 2024-05-01') });
  });
});

describe('a run that is refused', () => {
  it('exits with 3, says why, and can be looked at', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'endcap-refused-'));
    const { code, out } = await endcap(folder, ['demo', '--rows', '1000', '--dirt', '0.3']);
    expect(code).toBe(3);
    expect(out).toContain('✖ Not published');
    expect(out).toContain('PUBLISHED=no');
    const commands = printedCommands(out).filter(([verb]) => verb !== 'run');
    expect(commands.length).toBeGreaterThan(3);
    for (const command of commands)
      expect({ command, ...(await endcap(folder, command)) }).toMatchObject({ command, code: 0 });
    expect((await endcap(folder, ['query', 'select 1'])).err).toContain('nothing is published yet');
  });
});

describe('--json', () => {
  it('is the events of a run, the summary last', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'endcap-json-'));
    const { code, out } = await endcap(folder, ['demo', '--rows', '500', '--json', '-q']);
    const events = out
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(code).toBe(0);
    expect(events[0]).toMatchObject({ v: 1, ev: 'run.started' });
    expect(events.at(-1)).toMatchObject({ ev: 'run.finished', summary: { outcome: 'published' } });
    await writeFile(join(folder, 'odd.csv'), 'a,b\n1,2\n');
    const failed = await endcap(folder, ['run', '.', '--json']);
    expect(failed.code).toBe(2);
    expect(JSON.parse(failed.out.trimEnd().split('\n').at(-1)!)).toHaveProperty('error.code');
  });
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { contractNames, openContract } from './open.ts';
import { recognise } from './recognise.ts';

const CODES = [
  ...['E_LONG', 'E_QUOTE', 'E_NUL', 'E_COLS_FEW', 'E_COLS_MANY', 'E_ENCODING', 'E_REQUIRED', 'E_TYPE'],
  ...['E_RANGE', 'E_PATTERN', 'E_ENUM', 'E_FK', 'E_RATE', 'E_DUP_KEY'],
] as const;

const count = z.int().min(0);
const Expected = z.strictObject({
  files: z.record(
    z.string(),
    z
      .strictObject({ read: count, kept: count, duplicate: count, quarantined: count })
      .refine(file => file.read === file.kept + file.duplicate + file.quarantined, 'does not add up'),
  ),
  quarantine: z.array(
    z.strictObject({ file: z.string(), line: z.int().min(2), code: z.enum(CODES), column: z.string().nullable() }),
  ),
  revenue: z.string().regex(/^\d+\.\d{6}$/),
});

const folder = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** What every folder of a data set must hold; the rows that come out of its fixtures are tested with the engine. */
describe.each(contractNames())('datasets/%s', name => {
  const fixtures = folder(`${name}/fixtures`);
  const read = () => Expected.parse(JSON.parse(readFileSync(`${fixtures}/expected.json`, 'utf8')));

  it('has a right contract of the folder’s name', async () => {
    expect((await openContract(name)).name).toBe(name);
  });

  it('has a README with source, licence and quirks', () => {
    const text = readFileSync(folder(`${name}/README.md`), 'utf8');
    for (const part of ['Source', 'Licence', '## Quirks', '| ---']) expect(text).toContain(part);
  });

  it('has fixtures that the contract recognises', async () => {
    const files = readdirSync(fixtures)
      .filter(file => file.endsWith('.csv'))
      .map(file => ({ name: file, header: readFileSync(`${fixtures}/${file}`, 'utf8').split('\n', 1)[0]!.split(',') }));
    const found = recognise(files, [await openContract(name)]);
    expect([...found.tables.values()].flat().sort()).toEqual(Object.keys(read().files).sort());
  });

  it('says of each quarantined record which one it is, and of each file how many', () => {
    const { files, quarantine } = read();
    for (const [file, { quarantined }] of Object.entries(files)) {
      expect(
        quarantine.filter(record => record.file === file),
        file,
      ).toHaveLength(quarantined);
    }
    expect(quarantine.filter(record => !existsSync(`${fixtures}/${record.file}`))).toEqual([]);
  });

  it('has a quarantined record for every whole-record fault, and columns that the contract knows', async () => {
    const { tables } = await openContract(name);
    const columns = new Set(Object.values(tables).flatMap(table => Object.keys(table.columns)));
    const { quarantine } = read();
    const codes = new Set(quarantine.map(record => record.code));
    for (const code of [
      'E_QUOTE',
      'E_NUL',
      'E_COLS_FEW',
      'E_COLS_MANY',
      'E_ENCODING',
      'E_TYPE',
      'E_REQUIRED',
      'E_RANGE',
      'E_DUP_KEY',
    ] as const) {
      expect(codes, code).toContain(code);
    }
    // A key of several columns is named by all of them.
    const named = quarantine.flatMap(({ column }) => column?.split(', ') ?? []);
    expect(named.filter(column => !columns.has(column))).toEqual([]);
  });
});

it('all codes but the one for records of 256 KiB have a fixture', () => {
  const codes = contractNames().flatMap(name =>
    Expected.parse(JSON.parse(readFileSync(folder(`${name}/fixtures/expected.json`), 'utf8'))).quarantine.map(
      ({ code }) => code,
    ),
  );
  expect(CODES.filter(code => !codes.includes(code))).toEqual(['E_LONG']);
});

/** Random files: made from random contracts, or from heads of real files and then damaged. */

import type { ColumnContract } from '../../datasets/contract.ts';
import { compileColumn } from '../../jobs/clean/compile.ts';
import type { Encoding } from '../../kernels/encoding.ts';
import { below, between, listOf, pick, type Random } from '../random.ts';
import type { ReadCase } from './compare.ts';
import { fieldOf, randomColumn } from './contracts.ts';
import type { FileHead } from './files.ts';

const ENCODINGS: readonly Encoding[] = ['utf-8', 'utf-8', 'windows-1252', 'latin1'];

/** Those of jobs/clean/scan.ts, and such that small files meet them. */
const LIMITS = [
  { recordBytes: 262_144, multilineBytes: 65_536 },
  { recordBytes: 262_144, multilineBytes: 65_536 },
  { recordBytes: 262_144, multilineBytes: 65_536 },
  { recordBytes: 262_144, multilineBytes: 65_536 },
  { recordBytes: 262_144, multilineBytes: 65_536 },
  { recordBytes: 40_000, multilineBytes: 33_000 },
  { recordBytes: 200, multilineBytes: 60 },
  { recordBytes: 12, multilineBytes: 5 },
];

/** A few records and columns, or sometimes more than a piece of them. */
export function randomCase(random: Random): ReadCase {
  const contracts = listOf(between(random, 1, random() < 0.1 ? 20 : 6), () => randomColumn(random));
  const delimiter = pick(random, [',', ',', ';', '\t', '|']);
  const style = { delimiter, quotes: pick(random, [0, 0, 0.1, 1]), lineEnd: pick(random, ['\n', '\n', '\r\n']) };
  const records = random() < 0.05 ? between(random, 500, 4_000) : between(random, 0, 60);
  const distinct = Math.min(records, 200);
  const made = listOf(distinct, () => recordOf(random, contracts, style));
  const lines = records > distinct ? listOf(records, () => pick(random, made)) : made;
  const encoded = encode(random, lines.join(''));
  const bytes = random() < 0.3 ? spoilText(random, encoded) : encoded;
  const damaged = random() < 0.5 ? damage(random, bytes, below(random, 6), delimiter) : bytes;
  return caseOf(random, damaged, delimiter, contracts);
}

/** A piece of a file, cut anywhere and damaged, mostly read by its contract. */
export function mutatedCase(random: Random, { bytes, delimiter, columns }: FileHead): ReadCase {
  const start = bytes.indexOf(10, below(random, bytes.length)) + 1;
  const size = random() < 0.1 ? between(random, 30_000, 200_000) : between(random, 0, 6_000);
  const piece = bytes.subarray(start, start + size);
  const contracts = random() < 0.8 ? columns : columns.map(() => randomColumn(random));
  return caseOf(random, damage(random, piece, below(random, 20), delimiter), delimiter, contracts);
}

function caseOf(
  random: Random,
  bytes: Buffer,
  delimiter: string,
  columns: readonly (ColumnContract | null)[],
): ReadCase {
  const encoding = pick(random, ENCODINGS);
  const readers = columns.map(column =>
    !column || column.kind === 'ignore' || random() < 0.05 ? null : compileColumn(column, { encoding }, random() < 0.1),
  );
  return { bytes, delimiter: delimiter.charCodeAt(0), limits: pick(random, LIMITS), readers };
}

interface Style {
  readonly delimiter: string;
  /** Share of fields that are quoted though they need not be. */
  readonly quotes: number;
  readonly lineEnd: string;
}

function recordOf(random: Random, columns: readonly ColumnContract[], { delimiter, quotes, lineEnd }: Style): string {
  const fields = columns.map(column => {
    const field = fieldOf(random, column);
    const needs = field.includes(delimiter) || field.includes('\n') || field.startsWith('"');
    if (random() >= (needs ? 0.9 : quotes)) return field;
    const inner = random() < 0.1 ? `${field}${pick(random, ['\n', '\r\n', '""', delimiter, '"'])}` : field;
    return random() < 0.98 ? `"${inner.replaceAll('"', '""')}"` : `"${inner}"`;
  });
  if (random() < 0.02) fields.splice(below(random, fields.length), random() < 0.5 ? 1 : 0, 'extra');
  return fields.join(delimiter) + (random() < 0.97 ? lineEnd : pick(random, ['\n', '\r\n', '\n\n', '\r\n\r\n', '\r']));
}

/** Text as bytes of some encoding; characters that it has not become others. */
function encode(random: Random, text: string): Buffer {
  const bytes = Buffer.from(text, random() < 0.7 ? 'utf8' : 'latin1');
  return random() < 0.2 && bytes.at(-1) === 10 ? bytes.subarray(0, -1) : bytes;
}

const TOKENS = ['"', '""', '\n', '\r\n', '\r', '\0', ' ', '0', '-', '.', '9'.repeat(20), 'x'.repeat(300), '\n\n'].map(
  token => Buffer.from(token),
);
const NOT_UTF_8 = [
  '80',
  'c3',
  'e282',
  'eda080',
  'f0908d',
  'f4908080',
  'c0af',
  '81',
  'ff',
  'efbbbf',
  'c2a0',
  'e28083',
].map(hex => Buffer.from(hex, 'hex'));

/** Puts bytes that are not valid UTF-8 behind, into and before fields. */
function spoilText(random: Random, bytes: Buffer): Buffer {
  const cuts = listOf(between(random, 1, 40), () => below(random, bytes.length + 1)).sort((a, b) => a - b);
  const pieces = cuts.flatMap((cut, i) => [bytes.subarray(cuts[i - 1] ?? 0, cut), pick(random, NOT_UTF_8)]);
  return Buffer.concat([...pieces, bytes.subarray(cuts.at(-1))]);
}

/** Puts in, takes out, doubles or overwrites some bytes. */
function damage(random: Random, bytes: Buffer, times: number, delimiter: string): Buffer {
  let damaged = bytes;
  for (let time = 0; time < times; time++) {
    const at = below(random, damaged.length + 1);
    const size = random() < 0.8 ? below(random, 4) : below(random, 300);
    const piece = damaged.subarray(at, at + size);
    const insert = pick(random, [
      pick(random, TOKENS),
      pick(random, NOT_UTF_8),
      Buffer.from([below(random, 256)]),
      Buffer.from(delimiter),
      Buffer.concat([piece, piece]),
      Buffer.alloc(0),
    ]);
    damaged = Buffer.concat([damaged.subarray(0, at), insert, damaged.subarray(at + (random() < 0.5 ? size : 0))]);
  }
  return damaged;
}

/** Which files a folder holds, which contract they fit, and which table each file is. Reads only the first record of each. */
import { isUtf8 } from 'node:buffer';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compressionOf, contentName } from '../base/compression.ts';
import { UserError } from '../base/errors.ts';
import { QUOTED_FIELD_BYTES_MAX, RECORD_BYTES_MAX } from '../base/limits.ts';
import type { Contract } from '../datasets/contract.ts';
import { headerNames, matchHeader, nameTells } from '../datasets/headers.ts';
import { contractNames, openContract } from '../datasets/open.ts';
import { recognise, type SourceFile } from '../datasets/recognise.ts';
import { changed } from '../jobs/clean/source.ts';
import { indexFields } from '../kernels/records.ts';
import { decompress } from '../lake/decompress.ts';
import type { ObjectStat, ObjectStore } from '../lake/store.ts';

export interface DiscoveredFile extends ObjectStat {
  readonly table: string;
  readonly delimiter: string;
  /** The name of the contract's column in each position; null where it has none. */
  readonly header: readonly (string | null)[];
}

export interface Discovery {
  readonly contract: Contract;
  /** In the order of their names' bytes. */
  readonly files: readonly DiscoveredFile[];
  readonly unclaimed: readonly string[];
  readonly warnings: readonly string[];
}

const HEAD_BYTES = RECORD_BYTES_MAX + QUOTED_FIELD_BYTES_MAX;

export async function discover(raw: ObjectStore, contractName: string | undefined): Promise<Discovery> {
  const contracts = await Promise.all((contractName ? [contractName] : contractNames()).map(openContract));
  const heads = await readHeads(raw);
  const delimiters = [
    ...new Set(contracts.flatMap(({ tables }) => Object.values(tables).map(({ delimiter = ',' }) => delimiter))),
  ];
  const sources = heads.map(
    (head): SourceFile => ({ name: head.key, header: splitHeader(head.bytes, delimiters).header }),
  );
  refuseUnreadable(heads, contracts);
  const { contract, tables, unclaimed, newColumns } = recognise(
    sources.filter(({ header }) => header.length > 0),
    contracts,
  );
  const files: DiscoveredFile[] = [];
  for (const [table, names] of tables) {
    const { delimiter = ',' } = contract.tables[table]!;
    for (const name of names) {
      const head = heads.find(({ key }) => key === name)!;
      const { header } = splitHeader(head.bytes, [delimiter]);
      files.push({
        key: head.key,
        size: head.size,
        generation: head.generation,
        table,
        delimiter,
        header: positionsOf(contract, table, header),
      });
    }
  }
  files.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  return {
    contract,
    files,
    unclaimed: heads
      .map(({ key }) => key)
      .filter(key => unclaimed.includes(key) || !files.some(file => file.key === key)),
    warnings: newColumns.map(
      ({ file, column }) => `${file}: column '${column}' is not in the contract and is not read`,
    ),
  };
}

interface Head extends ObjectStat {
  /** The first bytes of the content. */
  readonly bytes: Buffer;
  /** The content has no more than these. */
  readonly whole: boolean;
}

/** CSV files of the folder itself, with their first bytes. Hidden files, and what is in folders below, is not data. */
async function readHeads(raw: ObjectStore): Promise<Head[]> {
  const heads: Head[] = [];
  for await (const stat of raw.list('')) {
    if (!/^[^./][^/]*\.(csv|tsv|txt)$/i.test(contentName(stat.key))) continue;
    const bytes = await (compressionOf(stat.key)
      ? unpackHead(raw, stat)
      : raw.read(stat.key, { start: 0, end: Math.min(stat.size, HEAD_BYTES) }));
    heads.push({ ...stat, bytes: bytes.subarray(0, HEAD_BYTES), whole: bytes.length < HEAD_BYTES });
  }
  if (heads.length > 0) return heads;
  throw nothingFound(raw.url);
}

/** The first bytes of what is in a compressed file; the rest is not even read. */
async function unpackHead(raw: ObjectStore, { key, size }: ObjectStat): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of decompress({ name: key, size, read: (start, end) => raw.read(key, { start, end }) })) {
    pieces.push(piece);
    length += piece.length;
    if (length >= HEAD_BYTES) break;
  }
  return Buffer.concat(pieces);
}

function nothingFound(url: string): UserError {
  const folder = url.startsWith('file:') ? fileURLToPath(url).replace(/(?<=.)\/$/, '') : url;
  const isThere = folder === url || existsSync(`${folder}/`);
  return new UserError({
    code: 'E_NO_FILE',
    what: isThere ? `there is no CSV file in ${folder}` : `there is no folder ${folder}`,
    why: 'endcap reads the files of a folder whose names end in .csv, .tsv or .txt, or in one of these and .gz or .zst',
    next: 'endcap run DIR   with the folder that holds your exports',
    exitCode: 2,
  });
}

/** The fields of the first record, split at whichever delimiter gives the most. */
function splitHeader(bytes: Buffer, delimiters: readonly string[]): { header: string[] } {
  let best: string[] = [];
  for (const delimiter of delimiters) {
    const header = firstRecord(bytes, delimiter.charCodeAt(0));
    if (header.length > best.length) best = header;
  }
  return { header: best };
}

/** More columns than any header has. */
const COLUMNS_MAX = 4096;

function firstRecord(bytes: Buffer, delimiter: number): string[] {
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (bytes[start] === 0x0a || bytes[start] === 0x0d) start++;
  let end = start;
  // The header is one line, unless a quoted name holds a line break: look at no more bytes than it needs.
  for (let lines = 0; lines < 8 && end < bytes.length; lines++) {
    const next = bytes.indexOf(0x0a, end);
    end = next < 0 ? bytes.length : next + 1;
  }
  const head = bytes.subarray(start, end);
  if (head.length === 0) return [];
  // Only the first record matters, and it has no more fields than there are delimiters; a folder may hold thousands of files.
  const columns = Math.min(COLUMNS_MAX, 1 + head.filter(byte => byte === delimiter).length);
  const index = indexFields(Buffer.from(head), columns, delimiter, {
    recordBytes: RECORD_BYTES_MAX,
    multilineBytes: QUOTED_FIELD_BYTES_MAX,
  });
  if (index.records === 0) return [];
  const names: string[] = [];
  for (let column = 0; column < columns; column++) {
    const [from, to] = [index.start[column]!, index.end[column]!];
    if (to === 0 && column > 0) break;
    names.push(decode(head.subarray(from, to)).replaceAll('""', '"'));
  }
  return headerNames(names);
}

const windows1252 = new TextDecoder('windows-1252');

/** A name is UTF-8, or else Windows-1252, whatever table the file will turn out to be. */
const decode = (name: Buffer): string => (isUtf8(name) ? name.toString('utf8') : windows1252.decode(name));

/** Where each column of the contract is; names that the contract does not know are null. */
function positionsOf(contract: Contract, table: string, header: readonly string[]): (string | null)[] {
  const positions: (string | null)[] = header.map(() => null);
  for (const [column, position] of matchHeader(contract.tables[table]!, header).positions) positions[position] = column;
  return positions;
}

function refuseUnreadable(heads: readonly Head[], contracts: readonly Contract[]): void {
  for (const { key, bytes, whole } of heads) {
    const [a, b] = bytes;
    if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) {
      throw new UserError({
        code: 'E_ENCODING',
        what: `${key} is UTF-16`,
        why: 'endcap reads UTF-8, Windows-1252 and Latin-1',
        next: `${command('iconv -f UTF-16 -t UTF-8', key)} > utf8.csv   and put that in its place`,
        exitCode: 2,
      });
    }
    if (bytes.indexOf(0x0a) < 0 && bytes.indexOf(0x0d) >= 0 && (!whole || bytes.indexOf(0x0d) < bytes.length - 1)) {
      throw new UserError({
        code: 'E_LINES',
        what: `${key} has no line feed`,
        why: 'its lines end with a carriage return alone, as old Macintosh files do',
        unchanged: 'nothing was read and nothing was published',
        next: `${command(`tr '\\r' '\\n'`, key)} > lines.csv   and put that in its place`,
        exitCode: 2,
      });
    }
    const patterns = contracts.flatMap(({ tables }) => Object.values(tables));
    if (
      bytes.length === 0 &&
      (patterns.some(table => nameTells(table, key)) || heads.every(head => head.bytes.length === 0))
    ) {
      throw new UserError({
        code: 'E_EMPTY',
        what: `${key} is empty: it has not even a header`,
        unchanged: 'nothing was read and nothing was published',
        next: 'export the file again, or take it out of the folder',
        exitCode: 2,
      });
    }
  }
}

/** A command that reads what is in a file. */
const command = (text: string, key: string): string =>
  compressionOf(key) ? `${compressionOf(key)} -dc '${key}' | ${text}` : `${text} < '${key}'`;

/** Every file is still the one that was discovered: the original texts of the quarantine are read after all else. */
export async function assertUnchanged(raw: ObjectStore, files: readonly DiscoveredFile[]): Promise<void> {
  for (const { key, generation } of files) if ((await raw.stat(key))?.generation !== generation) throw changed(key);
}

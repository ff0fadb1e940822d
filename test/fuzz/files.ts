/** Heads of real files with the columns of their contracts: the data sets' fixtures, and what else there is. */
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ColumnContract, Contract, TableContract } from '../../datasets/contract.ts';
import electronics from '../../datasets/electronics/contract.ts';
import grocery from '../../datasets/grocery/contract.ts';
import superstore from '../../datasets/superstore/contract.ts';
import { sharedFolder } from '../support.ts';

export interface FileHead {
  readonly path: string;
  readonly bytes: Buffer;
  readonly delimiter: string;
  /** One a column of the file; null where no contract knows it. */
  readonly columns: readonly (ColumnContract | null)[];
}

const HEAD_BYTES = 512 * 1024;
const datasets = fileURLToPath(new URL('../../datasets/', import.meta.url));

/** Of each of these folders, the files whose header some table's contract knows. */
export function fileHeads(): FileHead[] {
  const contracts: readonly Contract[] = [electronics, grocery, superstore];
  return contracts.flatMap(contract => {
    const shared = sharedFolder(`data/${contract.name}`);
    return [join(datasets, contract.name, 'fixtures'), ...(shared ? [shared] : [])].flatMap(folder =>
      readdirSync(folder)
        .filter(name => name.endsWith('.csv'))
        .flatMap(name => headOf(join(folder, name), contract)),
    );
  });
}

function headOf(path: string, contract: Contract): FileHead[] {
  const bytes = readHead(path);
  const first = bytes.subarray(0, bytes.indexOf(10)).toString('latin1').replace(/\r$/, '');
  return Object.values(contract.tables).flatMap(table => {
    const delimiter = table.delimiter ?? ',';
    const columns = columnsOf(table, first.split(delimiter));
    return columns ? [{ path, bytes, delimiter, columns }] : [];
  });
}

/** Null when most of the names are not the table's. */
function columnsOf({ columns }: TableContract, names: readonly string[]): (ColumnContract | null)[] | null {
  const known = names.map(name => columns[name.replace(/^"|"$/g, '')] ?? null);
  return known.filter(column => column !== null).length * 2 > names.length ? known : null;
}

function readHead(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(HEAD_BYTES);
    return bytes.subarray(0, readSync(file, bytes, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

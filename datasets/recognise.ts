/** Which contract a folder of files fits, by their headers. No I/O: the caller reads the first record of each file. */
import type { Contract } from './contract.ts';
import { type Fit, fitContract, type SourceFile } from './fit.ts';
import { CLOSE, matchHeader } from './headers.ts';
import { ambiguousError, doubledError, driftError, noContractError, noFileError } from './unrecognised.ts';

export type { SourceFile } from './fit.ts';

export interface Recognition {
  readonly contract: Contract;
  /** Files of every table of the contract, by the bytes of their names. */
  readonly tables: ReadonlyMap<string, readonly string[]>;
  /** Files that belong to no table. */
  readonly unclaimed: readonly string[];
  /** Columns in the files that the contract does not know: they are not read. */
  readonly newColumns: readonly { readonly file: string; readonly column: string }[];
}

/**
 * Chooses the one contract whose tables are all there. With a single contract, the one that the user
 * named, the files are held against that. Throws a UserError that says what differs when none or several fit.
 */
export function recognise(files: readonly SourceFile[], contracts: readonly Contract[]): Recognition {
  const fits = contracts.map(contract => fitContract(files, contract)).sort((a, b) => b.score - a.score);
  const complete = fits.filter(isComplete);
  if (complete.length > 1) throw ambiguousError(complete.map(fit => fit.contract.name));
  if (complete[0]) return toRecognition(complete[0]);
  throw explain(files, fits);
}

const isComplete = ({ missing, drifts, ambiguous }: Fit): boolean =>
  missing.length + drifts.length + ambiguous.length === 0;

function explain(files: readonly SourceFile[], fits: readonly Fit[]) {
  const best = fits[0];
  if (best === undefined || files.length === 0) return noContractError(files, fits);
  const required = Object.keys(best.contract.tables).length;
  if (fits.length > 1 && best.missing.length * 2 > required) return noContractError(files, fits);
  if (fits.length > 1 && best.score < CLOSE) return noContractError(files, fits);
  if (best.ambiguous[0]) return ambiguousError(best.ambiguous[0].tables, best.ambiguous[0].file.name);
  if (best.drifts.length > 0) return driftError(best.contract, best.drifts);
  return noFileError(best);
}

function toRecognition({ contract, claims, unclaimed }: Fit): Recognition {
  const newColumns: { file: string; column: string }[] = [];
  for (const [table, files] of claims) {
    for (const file of files) {
      const { doubled, added } = matchHeader(contract.tables[table]!, file.header);
      if (doubled.length > 0) throw doubledError(contract, table, file.name, doubled);
      for (const column of added) newColumns.push({ file: file.name, column });
    }
  }
  const tables = new Map([...claims].map(([table, files]) => [table, namesOf(files)]));
  return { contract, tables, unclaimed: namesOf(unclaimed), newColumns };
}

/** In the order of their bytes, which no locale changes. */
const namesOf = (files: readonly SourceFile[]): string[] =>
  files.map(file => file.name).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

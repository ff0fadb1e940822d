/** How well a folder of files fits one contract: which file is which table's, and what is not as it should be. */
import type { Contract, TableContract } from './contract.ts';
import { CLOSE, type HeaderMatch, headerShare, matchHeader, nameMatches, nameTells } from './headers.ts';

export interface SourceFile {
  /** Path as the user would recognise it; patterns look at its last part. */
  readonly name: string;
  /** The fields of its first record. */
  readonly header: readonly string[];
}

/** A file that looks like a table's, whose header is not. */
export interface Drift {
  readonly table: string;
  readonly file: SourceFile;
  readonly match: HeaderMatch;
}

/** How well the files fit one contract. */
export interface Fit {
  readonly contract: Contract;
  readonly claims: ReadonlyMap<string, readonly SourceFile[]>;
  readonly drifts: readonly Drift[];
  /** Required tables for which there is no file, not even one that drifted. */
  readonly missing: readonly string[];
  /** Files that fit several tables equally well. */
  readonly ambiguous: readonly { readonly file: SourceFile; readonly tables: readonly string[] }[];
  readonly unclaimed: readonly SourceFile[];
  /** Mean over the required tables of the share of columns found, 0 to 1. */
  readonly score: number;
}

export function fitContract(files: readonly SourceFile[], contract: Contract): Fit {
  const claims = new Map(Object.keys(contract.tables).map(table => [table, [] as SourceFile[]]));
  const ambiguous: { file: SourceFile; tables: string[] }[] = [];
  const rest: SourceFile[] = [];
  for (const file of files) {
    const tables = claimants(contract, file);
    if (tables.length > 1) ambiguous.push({ file, tables });
    else if (tables[0] === undefined) rest.push(file);
    else claims.get(tables[0])!.push(file);
  }
  const drifts = rest.flatMap(file => driftOf(contract, file, claims) ?? []);
  const found = (table: string) =>
    claims.get(table)!.length > 0 ||
    drifts.some(drift => drift.table === table) ||
    ambiguous.some(({ tables }) => tables.includes(table));
  return {
    contract,
    claims,
    drifts,
    missing: Object.keys(contract.tables).filter(table => !found(table)),
    ambiguous,
    unclaimed: rest.filter(file => !drifts.some(drift => drift.file === file)),
    score: score(contract, claims, drifts),
  };
}

/** The tables that have all their columns in the file: name patterns decide between several, then the fuller use. */
function claimants(contract: Contract, file: SourceFile): string[] {
  const matching = Object.entries(contract.tables).filter(
    ([, table]) => matchHeader(table, file.header).missing.length === 0,
  );
  const named = matching.filter(([, table]) => nameMatches(table, file.name));
  const candidates = named.length > 0 ? named : matching;
  const used = ([, table]: readonly [string, TableContract]) => matchHeader(table, file.header).positions.size;
  const most = Math.max(...candidates.map(used));
  return candidates.filter(candidate => used(candidate) === most).map(([name]) => name);
}

/**
 * The table that a file without a table was probably meant for. A telling name is enough, because leaving the
 * file out would lose its rows; otherwise a table that nothing else fills has to be close.
 */
function driftOf(contract: Contract, file: SourceFile, claims: Fit['claims']): Drift | null {
  let best: (Drift & { share: number }) | null = null;
  for (const [table, definition] of Object.entries(contract.tables)) {
    const match = matchHeader(definition, file.header);
    const share = headerShare(match);
    const empty = claims.get(table)!.length === 0;
    const meant = nameTells(definition, file.name) || (share >= CLOSE && (empty || nameMatches(definition, file.name)));
    if (meant && (best === null || share > best.share)) best = { table, file, match, share };
  }
  return best;
}

function score(contract: Contract, claims: Fit['claims'], drifts: readonly Drift[]): number {
  const shares = Object.keys(contract.tables).map(table =>
    claims.get(table)!.length > 0
      ? 1
      : Math.max(0, ...drifts.filter(drift => drift.table === table).map(drift => headerShare(drift.match))),
  );
  return shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length);
}

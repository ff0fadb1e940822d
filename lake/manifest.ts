/** The lists of files that are a table. A file that no manifest names does not exist. */

/** A file that stages hand on, and no table names. */
export interface ScratchFile {
  readonly key: string;
  readonly bytes: number;
  readonly rows: number;
}

export interface PartFile extends ScratchFile {
  /** Of the content: two parts with one hash are equal, wherever they rest. */
  readonly sha256: string;
  /** Of its table's columns, where a later publication reads the file too: its own table may have got others since. */
  readonly schema?: string;
}

/** Parts of a partitioned table carry the value of the partition column: `2018-01-31`. */
export interface PartitionFile extends PartFile {
  readonly partition: string;
}

/** Counts of records; each record read has exactly one outcome. */
export interface Counts {
  readonly read: number;
  readonly kept: number;
  readonly duplicate: number;
  readonly quarantined: number;
}

export const NO_RECORDS: Counts = { read: 0, kept: 0, duplicate: 0, quarantined: 0 };

export const addCounts = (a: Counts, b: Counts): Counts => ({
  read: a.read + b.read,
  kept: a.kept + b.kept,
  duplicate: a.duplicate + b.duplicate,
  quarantined: a.quarantined + b.quarantined,
});

/** Every record read is kept, a duplicate, or quarantined. */
export const addsUp = ({ read, kept, duplicate, quarantined }: Counts): boolean =>
  read === kept + duplicate + quarantined;

/** What readers see: one atomic step puts it in place, and it never changes after that. */
export interface Publication {
  readonly version: 1;
  readonly n: number;
  readonly run: string;
  readonly publishedAt: string;
  /** Hash of what was computed: two publications with one identity hold the same data. */
  readonly identity: string;
  readonly dataset: string;
  /** Key of the embedded warehouse. */
  readonly warehouse: string;
  readonly tables: Readonly<Record<string, readonly PartFile[]>>;
  /** Files beside the tables, by what they are: the model of `recommend`. */
  readonly files?: Readonly<Record<string, PartFile>>;
  /** Set when an older publication was put in place again. */
  readonly rollbackOf?: number;
}

/** Every file that the publication consists of, but for its warehouse. */
export const filesOf = ({ tables, files = {} }: Pick<Publication, 'tables' | 'files'>): PartFile[] => [
  ...Object.values(tables).flat(),
  ...Object.values(files),
];

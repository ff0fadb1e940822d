/** Every key of a project folder, so that the tree on disk can be read off one file. */

export const layout = {
  /** Which version of endcap wrote the folder, and for which data set. */
  project: 'endcap.json',
  /** Which recommender `endcap tune` has chosen; people may edit it. The one that it replaced is kept. */
  choice: 'recommend.json',
  choiceBefore: 'recommend.before.json',
  /** The inputs of a stage's tasks; named by the hash of the content. */
  plan: (hash: string) => `lake/plans/${hash}.ndjson`,
  /** What a task made: created by the first attempt that ends, never replaced. */
  commit: (kind: string, task: string) => `lake/commits/${kind}/${task}.json`,
  commitsOf: (kind: string) => `lake/commits/${kind}/`,
  /** A file that one attempt wrote, under a name that no other attempt has. */
  part: (kind: string, task: string, attempt: string, name: string) => `lake/parts/${kind}/${task}-${attempt}/${name}`,
  partsOf: (kind: string) => `lake/parts/${kind}/`,
  /** The same for a file that only later tasks read: not flushed, so in folders of its own; see TaskContext.scratch. */
  scratch: (kind: string, task: string, attempt: string, name: string) =>
    `lake/scratch/${kind}/${task}-${attempt}/${name}`,
  scratchOf: (kind: string) => `lake/scratch/${kind}/`,
  /** The n-th publication; the highest n is what readers see. */
  publication: (n: number) => `published/${String(n).padStart(6, '0')}.json`,
  publications: 'published/',
  /** The embedded warehouse of a run, inside the project folder. */
  warehouse: (run: string) => `warehouse/${run}.duckdb`,
  warehouses: 'warehouse/',
  runs: 'runs/',
  run: (run: string) => `runs/${run}/`,
  events: (run: string, segment: number) => `runs/${run}/events-${String(segment).padStart(6, '0')}.ndjson`,
  summary: (run: string) => `runs/${run}/summary.json`,
  summaryText: (run: string) => `runs/${run}/summary.txt`,
  /** Who may write to the project: the highest number holds it until it is released or dead. */
  lock: (n: number) => `locks/${String(n).padStart(8, '0')}.json`,
  released: (n: number) => `locks/${String(n).padStart(8, '0')}.released`,
  locks: 'locks/',
} as const;

/** The number in a key made by `publication` or `lock`. */
export const numberOf = (key: string): number => Number(/(\d+)\.\w+$/.exec(key)?.[1] ?? Number.NaN);

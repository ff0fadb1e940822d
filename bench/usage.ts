/** What the measured programs of bench/programs have in common: the clock, and the line that bench/measure.ts reads. */

/** What one run of a side took. Seconds of all threads of the process for `cpuS`, megabytes (10⁶) of the process for `peakMb`. */
export interface Usage {
  readonly wallS: number;
  readonly cpuS: number;
  readonly peakMb: number;
  /** Sizes, sums and parts, as the side has them. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The options that bench/measure.ts handed to this program. */
export const programOptions = <Options>(): Options => JSON.parse(process.argv[2] ?? '{}') as Options;

/** Wall and CPU seconds of `work`, this process's other threads included: DuckDB and the compiler of WASM work there. */
export async function timed<Result>(
  work: () => Result | Promise<Result>,
): Promise<{ readonly result: Result; readonly wallS: number; readonly cpuS: number }> {
  const started = performance.now();
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, wallS: (performance.now() - started) / 1000, cpuS: (user + system) / 1e6 };
}

/** Prints what was used, as the last line. Without a time of its own, a side took what the whole process took. */
export function printUsage(time: { wallS: number; cpuS: number } | null, detail: object = {}): void {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const usage: Usage = {
    wallS: time?.wallS ?? performance.now() / 1000,
    cpuS: time?.cpuS ?? (userCPUTime + systemCPUTime) / 1e6,
    peakMb: (maxRSS * 1024) / 1e6,
    detail: { ...detail },
  };
  console.log(JSON.stringify(usage));
}

/** Runs the sides of a comparison in processes of their own, in turns, so that a noisy minute hits all of them. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Usage } from './usage.ts';

/** Runs a program of bench/programs. Throws what it said when it fails. */
export function runProgram(program: URL, options: object): Usage {
  const { stdout, stderr, status, error } = spawnSync(
    process.execPath,
    [fileURLToPath(program), JSON.stringify(options)],
    { encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  if (status !== 0) throw new Error(`${fileURLToPath(program)} ended with ${status}: ${error?.message ?? stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Usage;
}

/** A side of a comparison; `first` is the run in which it may also prove its results. */
export type Side = (first: boolean) => Usage;

/** `runs` rounds, each side once a round. Says what it does, because a table can take minutes. */
export function takeTurns<Name extends string>(
  table: string,
  sides: Readonly<Record<Name, Side>>,
  runs: number,
): Record<Name, Usage[]> {
  const names = Object.keys(sides) as Name[];
  const usages = Object.fromEntries(names.map(name => [name, [] as Usage[]])) as Record<Name, Usage[]>;
  for (let run = 0; run < runs; run++) {
    for (const name of names) {
      const usage = sides[name](run === 0);
      usages[name].push(usage);
      console.error(`  ${table}, ${name}, run ${run + 1} of ${runs}: ${usage.cpuS.toFixed(2)} s CPU`);
    }
  }
  return usages;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

type Quantity = 'wallS' | 'cpuS' | 'peakMb';

export const medianOf = (usages: readonly Usage[], quantity: Quantity): number =>
  median(usages.map(usage => usage[quantity]));

/** The greatest, for limits that no run may pass. */
export const peakOf = (usages: readonly Usage[]): number => Math.max(...usages.map(({ peakMb }) => peakMb));

/** `0.52 (0.51–0.55)`: the median, and the least and the greatest when there are several. */
export function spread(values: readonly number[], digits = 2): string {
  const text = (value: number) => value.toFixed(digits);
  if (values.length === 1) return text(values[0]!);
  return `${text(median(values))} (${text(Math.min(...values))}–${text(Math.max(...values))})`;
}

export const spreadOf = (usages: readonly Usage[], quantity: Quantity, digits = 2): string =>
  spread(
    usages.map(usage => usage[quantity]),
    digits,
  );

/** What the first run of a side proved or counted besides its time. */
export const detailOf = <Detail>(usages: readonly Usage[]): Detail => usages[0]!.detail as Detail;

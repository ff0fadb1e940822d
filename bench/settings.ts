/** What a benchmark was asked for; every table gets the same. */
import type { Data } from './data.ts';

export interface Settings {
  readonly data: Data;
  readonly runs: number;
  /** An empty folder for what the sides write; it goes away at the end. */
  readonly work: string;
}

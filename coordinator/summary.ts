/** What a run says at its end, as data; cli/summary.ts prints it. Every number is a count or an exact amount. */
import type { Verdict } from '../jobs/recommend/gate.ts';
import type { Counts } from '../lake/manifest.ts';

export interface FileBalance extends Counts {
  readonly table: string;
  readonly file: string;
  readonly delimiter: string;
}

export interface ReasonCount {
  readonly table: string;
  readonly code: string;
  readonly column: string | null;
  readonly message: string;
  readonly rows: number;
  readonly firstFile: string;
  readonly firstLine: number;
}

export interface StageTiming {
  readonly stage: string;
  readonly title: string;
  readonly ms: number;
  readonly rows: number;
  readonly computed: number;
  readonly reused: number;
  readonly unit: string;
}

export interface RunSummary {
  readonly run: string;
  readonly dataset: string;
  /** The folder of raw files. */
  readonly input: string;
  readonly project: string;
  /** Key of the warehouse that this run built or found unchanged; a refused one can be looked at too. */
  readonly warehouse: string;
  readonly currency: string;
  readonly outcome: 'published' | 'unchanged' | 'refused';
  /** Number of the publication that readers see now, or null when there is none. */
  readonly publication: number | null;
  readonly ms: number;
  /** The sale lines' files, one entry a file. */
  readonly sales: readonly FileBalance[];
  /** All other tables' files. */
  readonly tables: readonly FileBalance[];
  /** Amounts are exact texts with six decimals; in the base currency. */
  readonly money: {
    readonly read: string;
    readonly kept: string;
    readonly duplicate: string;
    readonly quarantined: string;
    /** Quarantined and duplicate records whose amount cannot be computed. */
    readonly unknownRows: number;
  };
  readonly rejectRate: number;
  readonly maxRejectRate: number;
  /** Why a gate refused publication, in sentences; empty when none did. */
  readonly refusals: readonly string[];
  readonly reasons: readonly ReasonCount[];
  readonly stages: readonly StageTiming[];
  readonly marts: readonly {
    readonly name: string;
    readonly built: boolean;
    readonly rows: number | null;
    readonly reason: string | null;
    readonly ms: number;
    readonly cpuMs: number;
  }[];
  readonly checks: {
    /** Those that apply to this data set. */
    readonly names: readonly string[];
    readonly passed: number;
    readonly failed: readonly { readonly name: string; readonly failures: number }[];
    readonly times: readonly { readonly name: string; readonly ms: number; readonly cpuMs: number }[];
  };
  /** Headline metrics of the registry: name, label, value as text. */
  readonly metrics: readonly {
    readonly key: string;
    readonly label: string;
    readonly value: string;
    readonly unit: string;
  }[];
  /** What came of trying the recommender out, list by list; summaries of older runs have none. */
  readonly recommendations?: readonly Verdict[];
  readonly warnings: readonly string[];
  readonly unclaimed: readonly string[];
}

/** What a run did → its summary. */

import { REJECT_RATE_MAX } from '../base/limits.ts';
import type { Contract } from '../datasets/contract.ts';
import type { CleanResult } from '../jobs/clean/driver.ts';
import type { Verdict } from '../jobs/recommend/gate.ts';
import { amountText, parseAmount } from '../kernels/money.ts';
import type { CheckReport } from '../warehouse/warehouse.ts';
import type { FileBalance, ReasonCount, RunSummary, StageTiming } from './summary.ts';

export interface SummaryInput {
  readonly run: string;
  readonly contract: Contract;
  readonly cleaned: CleanResult;
  readonly timings: readonly StageTiming[];
  readonly warnings: readonly string[];
  readonly recommendations: readonly Verdict[];
  readonly unclaimed: readonly string[];
  readonly project: string;
  readonly input: string;
  readonly warehouse: string;
  /** What the load job found; of an unchanged run, what an earlier summary says. */
  readonly loaded: Pick<RunSummary, 'marts' | 'metrics'> & {
    readonly checks: readonly CheckReport[] | RunSummary['checks'];
  };
  readonly publication: number | null;
  readonly outcome: RunSummary['outcome'];
  readonly ms: number;
}

export function summarise(input: SummaryInput): RunSummary {
  const { contract, cleaned, loaded } = input;
  const balances = cleaned.balances.map(
    ({ table, file, read, kept, duplicate, quarantined }): FileBalance => ({
      table,
      file,
      delimiter: contract.tables[table]!.delimiter ?? ',',
      read,
      kept,
      duplicate,
      quarantined,
    }),
  );
  const sales = balances.filter(({ table }) => table === contract.sale.from);
  const tables = balances.filter(({ table }) => table !== contract.sale.from);
  const checks = 'passed' in loaded.checks ? loaded.checks : countChecks(loaded.checks);
  const rates = rejectRates(contract, balances);
  const saleRate = rates.find(({ table }) => table === contract.sale.from)!;
  return {
    run: input.run,
    dataset: contract.name,
    input: input.input,
    project: input.project,
    warehouse: input.warehouse,
    currency: contract.currency,
    outcome: input.outcome,
    publication: input.publication,
    ms: input.ms,
    sales,
    tables,
    money: moneyBalance(contract, cleaned),
    rejectRate: saleRate.rate,
    maxRejectRate: saleRate.max,
    refusals: [
      ...rates
        .filter(({ rate, max }) => rate > max)
        .map(
          ({ table, rate, max }) => `${percent(rate)} of ${table} were rejected; the contract allows ${percent(max)}`,
        ),
      ...(sales.some(({ kept }) => kept > 0) ? [] : ['not one sale line was kept']),
      ...checks.failed.map(({ name, failures }) => `check ${name} found ${failures} rows`),
    ],
    reasons: sumReasons(cleaned),
    stages: input.timings,
    marts: loaded.marts.map(({ name, built, rows, reason, ms, cpuMs }) => ({ name, built, rows, reason, ms, cpuMs })),
    checks,
    metrics: loaded.metrics,
    recommendations: input.recommendations,
    warnings: [
      ...input.warnings,
      ...replacedWarnings(contract, cleaned),
      ...cleaned.conflicts.map(
        ({ dimension, members }) =>
          `${dimension}: ${members} ids are described in more than one way; the first description in file order is kept`,
      ),
    ],
    unclaimed: input.unclaimed,
  };
}

const percent = (rate: number): string => `${(rate * 100).toFixed(2)} %`;

function countChecks(checks: readonly CheckReport[]): RunSummary['checks'] {
  const failed = checks.filter(({ passed }) => !passed).map(({ name, failures }) => ({ name, failures }));
  const times = checks.map(({ name, ms, cpuMs }) => ({ name, ms, cpuMs }));
  return { names: checks.map(({ name }) => name), passed: checks.length - failed.length, failed, times };
}

function rejectRates(contract: Contract, balances: readonly FileBalance[]) {
  return Object.entries(contract.tables).map(([table, { maxRejectRate = REJECT_RATE_MAX }]) => {
    const own = balances.filter(balance => balance.table === table);
    const read = own.reduce((sum, balance) => sum + balance.read, 0);
    const quarantined = own.reduce((sum, balance) => sum + balance.quarantined, 0);
    return { table, rate: read > 0 ? quarantined / read : 0, max: maxRejectRate };
  });
}

/** What the sale lines' records are worth: kept, and where it can be told, what was refused. */
function moneyBalance(contract: Contract, { net, reasons }: CleanResult): RunSummary['money'] {
  const own = reasons.filter(({ table }) => table === contract.sale.from);
  const amount = (duplicate: boolean) =>
    own
      .filter(({ code }) => (code === 'E_DUP_ROW') === duplicate)
      .reduce((sum, reason) => sum + parseAmount(reason.net), 0n);
  const [duplicate, quarantined] = [amount(true), amount(false)];
  return {
    read: amountText(parseAmount(net) + duplicate + quarantined),
    kept: net,
    duplicate: amountText(duplicate),
    quarantined: amountText(quarantined),
    unknownRows: own.reduce((sum, { unknown }) => sum + unknown, 0),
  };
}

/** One entry a reason, the most frequent first, with the first record in file order. */
function sumReasons({ reasons }: CleanResult): ReasonCount[] {
  const groups = Map.groupBy(reasons, ({ table, code, column, message }) =>
    JSON.stringify([table, code, column, message]),
  );
  const counts = [...groups.values()].map((group): ReasonCount => {
    const first = group[0]!;
    const rows = group.reduce((sum, reason) => sum + reason.rows, 0);
    const { table, code, column, message } = first;
    return { table, code, column, message, rows, firstFile: first.file, firstLine: first.firstLine };
  });
  return counts.sort((a, b) => b.rows - a.rows || (a.code < b.code ? -1 : 1));
}

/** Bytes that a contract allows to be replaced are counted all the same: many of them mean that the encoding is another. */
function replacedWarnings(contract: Contract, { replaced }: CleanResult): string[] {
  return [...Map.groupBy(replaced, ({ table, column }) => `${table}.${column}`)].map(([name, parts]) => {
    const values = parts.reduce((sum, part) => sum + part.values, 0);
    const encoding = contract.tables[parts[0]!.table]!.encoding ?? 'utf-8';
    const other = encoding === 'utf-8' ? 'windows-1252' : 'utf-8';
    return `${name}: ${values} values have bytes that are not ${encoding} and stand as \ufffd; if the file is ${other}, say so in the contract: encoding: '${other}'`;
  });
}

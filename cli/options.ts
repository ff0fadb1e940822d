/** Texts of the command line as values; what does not fit is a UserError. */
import { usageError } from '../base/errors.ts';
import { CHUNK_BYTES_MAX, CHUNK_BYTES_MIN } from '../base/limits.ts';
import type { CustomerOptions } from '../coordinator/customers.ts';
import type { ModelName } from '../jobs/recommend/choice.ts';
import type { RfmOptions } from '../jobs/segment/driver.ts';
import { bytes } from './format.ts';

export function wholeNumber(name: string, least: number, most: number): (text: string) => number {
  return text => {
    const value = Number(text.replaceAll('_', ''));
    if (/^\d[\d_]*$/.test(text) && value >= least && value <= most) return value;
    throw usageError(`${name} ${text}: expected a whole number from ${least} to ${most}`);
  };
}

const FACTORS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** 65536, 64KB, 64K, 64KiB, 1MB: K is 1024, as everywhere in memory. */
export function byteSize(name: string): (text: string) => number {
  return text => {
    const match = /^(\d+(?:\.\d+)?)\s*([KMG]?)(?:i?B)?$/i.exec(text.trim());
    const value = match ? Math.round(Number(match[1]) * (FACTORS[match[2]!.toUpperCase()] ?? Number.NaN)) : Number.NaN;
    if (value >= CHUNK_BYTES_MIN && value <= CHUNK_BYTES_MAX) return value;
    throw usageError(
      `${name} ${text}: expected a size from ${CHUNK_BYTES_MIN / 1024}KB to ${CHUNK_BYTES_MAX / 1024 ** 2}MB`,
      `${name} 16MB   (it may be ${bytes(CHUNK_BYTES_MIN)} or more; results do not depend on it)`,
    );
  };
}

/** A day of the calendar: 2024-02-29. */
export function day(name: string): (text: string) => string {
  return text => {
    const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
    // The 30th of February is taken for the 1st of March.
    if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(text)) return text;
    throw usageError(`${name} ${text}: there is no such day; expected YYYY-MM-DD`, `${name} 2024-12-31`);
  };
}

/** What --rfm-cuts may look like. */
const CUTS_EXAMPLE = 'recency=30,60,90,180;frequency=1,2,4,8;monetary=50,100,250,1000';

/** Four rising thresholds for each of recency, frequency and monetary value, as exact texts. */
export function rfmCuts(text: string): NonNullable<RfmOptions['cuts']> {
  const wrong = (why: string) => usageError(`--rfm-cuts ${text}: ${why}`, `--rfm fixed --rfm-cuts "${CUTS_EXAMPLE}"`);
  const cuts: Record<string, string[]> = {};
  for (const part of text.split(';')) {
    const [name = '', numbers = '', ...more] = part.split('=').map(word => word.trim());
    if (!['recency', 'frequency', 'monetary'].includes(name) || more.length > 0)
      throw wrong(`expected recency=…;frequency=…;monetary=…, not '${part}'`);
    if (name in cuts) throw wrong(`${name} is there twice`);
    const own = numbers.split(',').map(number => number.trim());
    if (own.length !== 4 || own.some(number => !/^-?\d{1,9}(\.\d{1,6})?$/.test(number)))
      throw wrong(`${name} needs four numbers, with six decimals at most`);
    if (own.some((number, i) => i > 0 && Number(number) <= Number(own[i - 1])))
      throw wrong(`the numbers of ${name} must rise`);
    cuts[name] = own;
  }
  const { recency, frequency, monetary } = cuts;
  if (recency && frequency && monetary) return { recency, frequency, monetary };
  throw wrong(`${recency ? (frequency ? 'monetary' : 'frequency') : 'recency'} is missing`);
}

export interface CustomerFlags {
  readonly asOf?: string;
  readonly rfm?: NonNullable<RfmOptions['method']>;
  readonly rfmCuts?: NonNullable<RfmOptions['cuts']>;
  readonly rfmAxis?: 'F' | 'FM';
  readonly recommend?: ModelName;
  readonly rank?: number;
  readonly iterations?: number;
  readonly top?: number;
  /** False after --no-gate. */
  readonly gate?: boolean;
  /** False after --no-customers. */
  readonly customers?: boolean;
}

/** How customers are looked at, or an error where flags do not go together. */
export function customerOptions(flags: CustomerFlags): CustomerOptions | false {
  const { asOf, rfm, rfmCuts: cuts, rfmAxis: axis, recommend: model, rank, iterations, top, gate } = flags;
  if (flags.customers === false) return false;
  if (rfm === 'fixed' && !cuts)
    throw usageError('--rfm fixed needs to know where scores end', `--rfm fixed --rfm-cuts "${CUTS_EXAMPLE}"`);
  if (cuts && rfm !== 'fixed')
    throw usageError(`--rfm-cuts is for --rfm fixed; ${rfm ?? 'quantiles'} finds its own`, '--rfm fixed --rfm-cuts …');
  if (axis && rfm === 'kmeans')
    throw usageError('--rfm kmeans has clusters instead of axes', 'leave --rfm-axis out, or take --rfm quantiles');
  if (model && model !== 'als' && (rank ?? iterations) !== undefined)
    throw usageError(
      `--${rank === undefined ? 'iterations' : 'rank'} is of als; ${model} has none`,
      'leave it out, or take --recommend als',
    );
  return { asOf, rfm: { method: rfm, cuts, axis }, recommend: { model, rank, iterations, top, gate } };
}

/** The same as words of a command. */
export function customerWords({
  asOf,
  rfm,
  rfmCuts: cuts,
  rfmAxis,
  recommend,
  gate,
  customers,
  ...als
}: CustomerFlags): string {
  const text = Object.entries(cuts ?? {}).map(([measure, own]) => `${measure}=${own.join(',')}`);
  return [
    ...(asOf ? [` --as-of ${asOf}`] : []),
    ...(rfm ? [` --rfm ${rfm}`] : []),
    ...(cuts ? [` --rfm-cuts "${text.join(';')}"`] : []),
    ...(rfmAxis ? [` --rfm-axis ${rfmAxis}`] : []),
    ...(recommend ? [` --recommend ${recommend}`] : []),
    ...(['rank', 'iterations', 'top'] as const).map(name => (als[name] ? ` --${name} ${als[name]}` : '')),
    ...(gate === false ? [' --no-gate'] : []),
    ...(customers === false ? [' --no-customers'] : []),
  ].join('');
}

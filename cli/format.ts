/** Numbers as people read them. Amounts are texts from end to end: no float ever touches one. */

/** 1234567 → 1,234,567; for exact texts too: -1234.5 → −1,234.5. */
export function thousands(value: number | string): string {
  const [whole = '', fraction] = String(value).split('.');
  const negative = whole.startsWith('-');
  const grouped = whole.replace('-', '').replace(/\B(?=(\d{3})+$)/g, ',');
  return `${negative ? '−' : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** The decimals that an exact amount needs: two, and as many more as are not zero. */
export function placesOf(amount: string): number {
  const fraction = (amount.split('.')[1] ?? '').replace(/0+$/, '');
  return Math.max(2, fraction.length);
}

/** An exact amount with at least `places` decimals; no digit that counts is left out. */
export function money(amount: string, places = placesOf(amount)): string {
  const [whole = '0', fraction = ''] = amount.split('.');
  const kept = fraction.replace(/0+$/, '').padEnd(places, '0');
  return thousands(`${whole}.${kept}`);
}

/** An exact amount with its sign turned round; zero has none. */
export function negated(amount: string): string {
  if (!/[1-9]/.test(amount)) return amount.replace('-', '');
  return amount.startsWith('-') ? amount.slice(1) : `-${amount}`;
}

/** 0.3 s · 41.8 s · 2 min 05 s · 1 h 07 min. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 99.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  if (minutes < 60) return `${minutes} min ${String(rest).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Whole seconds, for what is only guessed. */
export function about(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  return seconds < 100 ? `${seconds} s` : duration(ms);
}

/** 870/s · 417 k/s · 1.10 M/s. */
export function rate(perSecond: number): string {
  if (perSecond < 1_000) return `${Math.round(perSecond)}/s`;
  if (perSecond < 999_500) return `${Math.round(perSecond / 1_000)} k/s`;
  return `${(perSecond / 1_000_000).toFixed(2)} M/s`;
}

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** 512 bytes · 4.8 MB. */
export function bytes(count: number): string {
  let unit = 0;
  let value = count;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

export const percent = (share: number, places = 2): string => `${(share * 100).toFixed(places)} %`;

/** One file, 2 files. */
export const count = (n: number, one: string, many = `${one}s`): string => `${thousands(n)} ${n === 1 ? one : many}`;

/** chunks → chunk: units of stages are regular nouns. */
export const singular = (unit: string): string => unit.replace(/s$/, '');

/** How long ago, in the largest unit that fits. */
export function ago(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${count(minutes, 'minute')} ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${count(hours, 'hour')} ago` : `${count(Math.floor(hours / 24), 'day')} ago`;
}

/** `2026-11-21 14:05 UTC` of an ISO time: the same on every machine. */
export const when = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

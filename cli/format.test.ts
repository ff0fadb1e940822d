import { describe, expect, it } from 'vitest';
import { ago, bytes, count, duration, money, negated, placesOf, rate, thousands, when } from './format.ts';

describe('numbers', () => {
  it('have thousands separators and keep every digit', () => {
    expect(thousands(0)).toBe('0');
    expect(thousands(1234567)).toBe('1,234,567');
    expect(thousands(-999)).toBe('−999');
    expect(thousands('-12345678901234567890.123456')).toBe('−12,345,678,901,234,567,890.123456');
  });

  it('are exact as money: at least two decimals, more if they count', () => {
    expect(money('55755479.590000')).toBe('55,755,479.59');
    expect(money('2261536.782700')).toBe('2,261,536.7827');
    expect(money('0.000000', 4)).toBe('0.0000');
    expect(money('1234.500000', 2)).toBe('1,234.50');
    expect(money('-0.000001')).toBe('−0.000001');
    expect(money('90071992547409931.123456')).toBe('90,071,992,547,409,931.123456');
    expect(placesOf('1.100000')).toBe(2);
    expect(placesOf('1.123000')).toBe(3);
  });

  it('turn their sign round as text', () => {
    expect(negated('5.000000')).toBe('-5.000000');
    expect(negated('-5.000000')).toBe('5.000000');
    expect(negated('0.000000')).toBe('0.000000');
  });

  it('read well as times, rates and sizes', () => {
    expect([40, 41_834, 99_960, 125_000, 4_020_000].map(duration)).toEqual([
      '0.0 s',
      '41.8 s',
      '1 min 40 s',
      '2 min 05 s',
      '1 h 07 min',
    ]);
    expect([12, 870, 417_400, 999_700, 1_104_000].map(rate)).toEqual([
      '12/s',
      '870/s',
      '417 k/s',
      '1.00 M/s',
      '1.10 M/s',
    ]);
    expect([512, 4_769_744, 531_000_000].map(bytes)).toEqual(['512 bytes', '4.8 MB', '531.0 MB']);
    expect(count(1, 'file')).toBe('1 file');
    expect(count(1200, 'file')).toBe('1,200 files');
    expect([30_000, 60_000, 7_200_000, 200_000_000].map(ago)).toEqual([
      'just now',
      '1 minute ago',
      '2 hours ago',
      '2 days ago',
    ]);
    expect(when('2026-11-21T14:05:47.132Z')).toBe('2026-11-21 14:05 UTC');
  });
});

import { describe, expect, it } from 'vitest';
import { between, pick, seeded } from '../test/random.ts';
import {
  compilePattern,
  dayText,
  MICROS_PER_DAY,
  monthStart,
  NO_DATE,
  parseByPattern,
  parseIsoDay,
  weekStart,
} from './dates.ts';

const MS_PER_DAY = 86_400_000;

/** Parses text as a part of longer bytes: what stands around it must not matter. */
function parse(text: string, pattern: string): number {
  const bytes = Buffer.from(`1${text}1`);
  return parseByPattern(bytes, 1, bytes.length - 1, compilePattern(pattern));
}

/** Microseconds of a UTC time, by Date. */
const micros = (iso: string): number => Date.parse(`${iso}Z`) * 1000;

describe('the calendar', () => {
  it('has every day from 1600 to 2400 once, in order, as Date has', () => {
    const first = Date.UTC(1600, 0, 1) / MS_PER_DAY;
    const last = Date.UTC(2400, 11, 31) / MS_PER_DAY;
    for (let days = first; days <= last; days++) {
      const text = new Date(days * MS_PER_DAY).toISOString().slice(0, 10);
      if (dayText(days) !== text || parseIsoDay(text) !== days) expect.fail(text);
    }
  });

  it('knows the first day of each month and the Monday of each week', () => {
    for (let days = parseIsoDay('1600-01-01')!; days <= parseIsoDay('2400-12-31')!; days++) {
      const date = new Date(days * MS_PER_DAY);
      if (days - monthStart(days) !== date.getUTCDate() - 1) expect.fail(dayText(days));
      if (days - weekStart(days) !== (date.getUTCDay() + 6) % 7) expect.fail(dayText(days));
    }
  });

  it('has no other days', () => {
    for (const year of [1600, 1700, 1900, 1999, 2000, 2024, 2100, 2400]) {
      for (let month = 0; month <= 13; month++) {
        for (let day = 0; day <= 32; day++) {
          const date = new Date(Date.UTC(year, month - 1, day));
          const exists =
            date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
          const text = [year, month, day].map(part => String(part).padStart(2, '0')).join('-');
          if ((parseIsoDay(text) !== null) !== exists) expect.fail(text);
        }
      }
    }
  });

  it('reaches from year 1 to year 9999', () => {
    expect(parseIsoDay('0001-01-01')).toBe(-719_162);
    expect(dayText(-719_162)).toBe('0001-01-01');
    expect(parseIsoDay('9999-12-31')).toBe(2_932_896);
    expect(dayText(2_932_896)).toBe('9999-12-31');
  });

  it.each(['2018-02-29', '2018-2-01', '2018-13-01', '18-01-01', '2018-01-01 ', '2018/01/01', '', '2018-00-10'])(
    '%j is no ISO day',
    text => expect(parseIsoDay(text)).toBeNull(),
  );
});

describe('dates by a pattern', () => {
  it.each([
    ['2016-02-29', 'YYYY-MM-DD', '2016-02-29T00:00'],
    ['2/9/2016', 'M/D/YYYY', '2016-02-09T00:00'],
    ['12/31/2016', 'M/D/YYYY', '2016-12-31T00:00'],
    ['02/09/2016', 'M/D/YYYY', '2016-02-09T00:00'],
    ['31.12.1999', 'DD.MM.YYYY', '1999-12-31T00:00'],
    ['20180507', 'YYYYMMDD', '2018-05-07T00:00'],
    ['2018-05-07 20:41:03', 'YYYY-MM-DD HH:mm:ss', '2018-05-07T20:41:03'],
    ['2018-05-07T23:59:59.999', 'YYYY-MM-DDTHH:mm:ss.SSS', '2018-05-07T23:59:59.999'],
    ['1969-12-31 23:59:59.5', 'YYYY-MM-DD HH:mm:ss.SSS', '1969-12-31T23:59:59.500'],
    ['5/7/2018 9:05', 'M/D/YYYY H:mm', '2018-05-07T09:05'],
    ['9999-12-31 23:59:59', 'YYYY-MM-DD HH:mm:ss', '9999-12-31T23:59:59'],
    ['0001-01-01 00:00:01', 'YYYY-MM-DD HH:mm:ss', '0001-01-01T00:00:01'],
  ])('%s is read by %s', (text, pattern, iso) => expect(parse(text, pattern)).toBe(micros(iso)));

  it('a fraction keeps its microseconds', () => {
    expect(parse('1970-01-01 00:00:00.000001', 'YYYY-MM-DD HH:mm:ss.SSSSSS')).toBe(1);
    expect(parse('2018-05-07 00:00:00.123456', 'YYYY-MM-DD HH:mm:ss.SSSSSS') % 1_000_000).toBe(123_456);
  });

  it('a moment that a 53-bit number cannot hold is refused, not shifted', () => {
    expect(parse('2250-01-01 00:00:00.000001', 'YYYY-MM-DD HH:mm:ss.SSSSSS')).toBe(micros('2250-01-01T00:00') + 1);
    expect(parse('2300-01-01 00:00:00.000001', 'YYYY-MM-DD HH:mm:ss.SSSSSS')).toBe(NO_DATE);
    expect(parse('1600-01-01 00:00:00.000001', 'YYYY-MM-DD HH:mm:ss.SSSSSS')).toBe(NO_DATE);
    expect(parse('9999-12-31 23:59:59.999', 'YYYY-MM-DD HH:mm:ss.SSS')).toBe(NO_DATE);
  });

  it.each([
    ['2018-02-29', 'YYYY-MM-DD'],
    ['1900-02-29', 'YYYY-MM-DD'],
    ['2018-04-31', 'YYYY-MM-DD'],
    ['2018-13-01', 'YYYY-MM-DD'],
    ['2018-00-01', 'YYYY-MM-DD'],
    ['2018-01-00', 'YYYY-MM-DD'],
    ['2018-1-01', 'YYYY-MM-DD'],
    ['2018-01-1', 'YYYY-MM-DD'],
    ['18-01-01', 'YYYY-MM-DD'],
    ['02018-01-01', 'YYYY-MM-DD'],
    ['2018-01-01 ', 'YYYY-MM-DD'],
    ['2018-01-01x', 'YYYY-MM-DD'],
    ['2018/01/01', 'YYYY-MM-DD'],
    ['', 'YYYY-MM-DD'],
    ['2018-01-0', 'YYYY-MM-DD'],
    ['13/1/2018', 'M/D/YYYY'],
    ['1/32/2018', 'M/D/YYYY'],
    ['1//2018', 'M/D/YYYY'],
    ['1/1/18', 'M/D/YYYY'],
    ['-1/1/2018', 'M/D/YYYY'],
    ['2018-01-01 24:00:00', 'YYYY-MM-DD HH:mm:ss'],
    ['2018-01-01 23:60:00', 'YYYY-MM-DD HH:mm:ss'],
    ['2018-01-01 23:59:60', 'YYYY-MM-DD HH:mm:ss'],
    ['2018-01-01 23:59', 'YYYY-MM-DD HH:mm:ss'],
    ['2018-01-01', 'YYYY-MM-DD HH:mm:ss'],
    ['2018-01-01 00:00:00.', 'YYYY-MM-DD HH:mm:ss.SSS'],
    ['2018-01-01 00:00:00.1234', 'YYYY-MM-DD HH:mm:ss.SSS'],
  ])('%j is refused by %s', (text, pattern) => expect(parse(text, pattern)).toBe(NO_DATE));

  it('any moment of four centuries is read back, whatever the pattern', () => {
    const random = seeded(1);
    for (let i = 0; i < 20_000; i++) {
      const days = between(random, -50_000, 90_000);
      const second = between(random, 0, 86_399);
      const [day, time] = new Date(days * MS_PER_DAY + second * 1000).toISOString().split(/T|\./) as [string, string];
      const [year, month, date] = day.split('-') as [string, string, string];
      const [text, pattern] = pick(random, [
        [`${day} ${time}`, 'YYYY-MM-DD HH:mm:ss'],
        [`${Number(month)}/${Number(date)}/${year} ${time}`, 'M/D/YYYY H:mm:ss'],
        [`${date}.${month}.${year}T${time.replaceAll(':', '')}`, 'DD.MM.YYYYTHHmmss'],
      ] as const);
      if (parse(text, pattern) !== days * MICROS_PER_DAY + second * 1_000_000) expect.fail(`${text} by ${pattern}`);
    }
  });

  it.each(['YY-MM-DD', 'YYYY-MM-DD hh:mm', 'YYYY-MM-DDZ', 'YYYY年MM', 'YYYY-MM-DD\u00a0HH'])(
    '%j is no pattern',
    pattern => expect(() => compilePattern(pattern)).toThrow(/is no token/),
  );
});

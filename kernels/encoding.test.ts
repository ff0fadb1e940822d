import { describe, expect, it } from 'vitest';
import { listOf } from '../test/random.ts';
import { isAscii, readText, type TextForm } from './encoding.ts';

const FORM: TextForm = { encoding: 'utf-8', replaceInvalid: false, spaces: 'trim', digits: null };
const read = (bytes: readonly number[] | string, form: Partial<TextForm> = {}) =>
  readText(typeof bytes === 'string' ? Buffer.from(bytes) : Uint8Array.from(bytes), { ...FORM, ...form });

describe('UTF-8', () => {
  it.each(['', 'plain', 'Zürich', '東京', '🛒 cart', '\ufeffbom', 'a\u0000b'])('%j is read as it is', text =>
    expect(read(text)).toBe(text),
  );

  it.each([
    ['a byte of no character', [0x61, 0xff, 0x62], 'a\ufffdb'],
    ['a Windows-1252 letter', [0x63, 0x61, 0x66, 0xe9], 'caf\ufffd'],
    ['a character cut short', [0xe6, 0x9d], '\ufffd'],
    ['a continuation alone', [0x80], '\ufffd'],
    ['an overlong slash', [0xc0, 0xaf], '\ufffd\ufffd'],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80], '\ufffd\ufffd\ufffd'],
  ])('%s is refused, or replaced where the contract says so', (_title, bytes, replaced) => {
    expect(read(bytes)).toBeNull();
    expect(read(bytes, { replaceInvalid: true })).toBe(replaced);
  });
});

describe('Windows-1252', () => {
  const HIGH = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
  const UNDEFINED = [0x81, 0x8d, 0x8f, 0x90, 0x9d];
  const form = { encoding: 'windows-1252' } as const;

  it('reads every byte that it gives a character', () => {
    for (const byte of listOf(256, i => i).filter(i => !UNDEFINED.includes(i))) {
      const expected = byte >= 0x80 && byte < 0xa0 ? HIGH[byte - 0x80] : String.fromCharCode(byte);
      expect(read([byte], form), byte.toString(16)).toBe(expected);
    }
  });

  it.each(UNDEFINED)('refuses or replaces byte %i, which it gives none', byte => {
    expect(read([0x61, byte], form)).toBeNull();
    expect(read([0x61, byte, 0x80], { ...form, replaceInvalid: true })).toBe('a\ufffd€');
  });
});

it('Latin-1 gives each byte the character of its number', () => {
  for (const byte of listOf(256, i => i)) expect(read([byte], { encoding: 'latin1' })).toBe(String.fromCharCode(byte));
});

describe('tidied text', () => {
  it.each([
    ['\u00a0 New\u00a0\u00a0York \t', 'New York'],
    ['a\r\n b', 'a b'],
    ['\u2003wide\u3000', 'wide'],
    ['\u00a0', ''],
    ['plain', 'plain'],
  ])('%j becomes %j', (text, expected) => expect(read(text, { spaces: 'tidy' })).toBe(expected));

  it('is left alone unless the contract says so', () => expect(read('\u00a0a  b ')).toBe('\u00a0a  b '));
});

describe('digits that a spreadsheet lost', () => {
  it.each([
    ['2139', '02139'],
    [' 501 ', '00501'],
    ['02139', '02139'],
    ['021390', '021390'],
    ['', ''],
    ['2139-1', '2139-1'],
    ['K1A', 'K1A'],
  ])('%j becomes %j', (text, expected) => expect(read(text, { digits: 5 })).toBe(expected));
});

it('ASCII is what every encoding reads alike', () => {
  const bytes = Uint8Array.from([0xff, 0x00, 0x7f, 0x80]);
  expect(isAscii(bytes, 1, 3)).toBe(true);
  expect(isAscii(bytes, 1, 4)).toBe(false);
  expect(isAscii(bytes, 0, 1)).toBe(false);
  expect(isAscii(bytes, 0, 0)).toBe(true);
});

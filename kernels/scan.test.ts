import { describe, expect, it } from 'vitest';
import { between, listOf, pick, seeded } from '../test/random.ts';
import { type LineLimits, type Scan, scanRecords } from './lines.ts';
import { countRecords } from './scan.ts';
import { createKernels } from './wasm.ts';

const COMMA = 44;
const kernels = createKernels(1 << 22);

interface Asked {
  readonly until: number;
  readonly final: boolean;
  readonly limits: LineLimits;
}

/** The count by the kernel, with what may not matter behind the bytes: quotes and line feeds. */
function counted(bytes: Buffer, { until, final, limits }: Asked): Scan {
  const mark = kernels.mark();
  const start = kernels.alloc(bytes.length + 1) + 1;
  kernels.bytes.fill('"\n'.charCodeAt(bytes.length % 2), start - 1, start + bytes.length + 64);
  kernels.bytes.set(bytes, start);
  const stretch = { start, until: start + until, end: start + bytes.length, final };
  const { end, records, lines } = countRecords(kernels, stretch, { delimiter: COMMA, limits });
  kernels.release(mark);
  return { end: end - start, records, lines };
}

/** The same by the plain scan. */
function expected(bytes: Buffer, { until, final, limits }: Asked): Scan {
  if (until === 0) return { end: 0, records: 0, lines: 0 };
  return scanRecords(bytes, { start: 0, final, delimiter: COMMA, limits }, end => end < until);
}

const WIDE: LineLimits = { recordBytes: 1 << 18, multilineBytes: 1 << 16 };
const NARROW: LineLimits = { recordBytes: 40, multilineBytes: 30 };

/** Pieces that meet in all kinds of ways. */
const PIECES = [
  '\n',
  '\r\n',
  '\n\n',
  '\r',
  '"',
  '""',
  '",',
  ',"',
  '"\n',
  ',',
  'a',
  'some text',
  ' ',
  '\0',
  'x'.repeat(70),
];
const TAME = ['\n', '\n\n', '\r\n', '\r\n\r\n', ',', 'abc', '12345', 'x'.repeat(100)];
const QUOTED = [
  '"two\nlines"',
  '"a ""b"" c"',
  '"x,y"',
  ',',
  ',',
  '\n',
  '\r\n',
  'plain',
  '"broken',
  `"${'z'.repeat(60)}"`,
];

describe('the count of the kernel is that of the plain scan', () => {
  it.each([
    ['anything', PIECES, WIDE],
    ['anything, with low limits', PIECES, NARROW],
    ['no quotes', TAME, WIDE],
    ['quoted fields', QUOTED, WIDE],
    ['quoted fields, with low limits', QUOTED, NARROW],
  ] as const)('%s', (_name, pieces, limits) => {
    const random = seeded(limits.recordBytes + pieces.length);
    for (let round = 0; round < 4_000; round++) {
      const bytes = Buffer.from(listOf(between(random, 0, 60), () => pick(random, pieces)).join(''), 'latin1');
      const final = random() < 0.5;
      const until = random() < 0.3 ? bytes.length : between(random, 0, bytes.length);
      const asked = { until, final, limits };
      expect(counted(bytes, asked), JSON.stringify({ text: bytes.toString('latin1'), ...asked })).toEqual(
        expected(bytes, asked),
      );
    }
  });

  it('for every way in which a short text can be', () => {
    const alphabet = ['a', '"', ',', '\n', '\r'];
    const limits = { recordBytes: 3, multilineBytes: 2 };
    for (let code = 0; code < alphabet.length ** 7; code++) {
      const text = listOf(7, place => alphabet[Math.floor(code / alphabet.length ** place) % alphabet.length]).join('');
      const asked = { until: 7, final: code % 2 === 0, limits };
      const [found, wanted] = [counted(Buffer.from(text), asked), expected(Buffer.from(text), asked)];
      if (found.end !== wanted.end || found.records !== wanted.records || found.lines !== wanted.lines)
        expect(found, JSON.stringify({ text, ...asked })).toEqual(wanted);
    }
  });
});

it('asks for more bytes only while they can matter', () => {
  const open = (text: string) => counted(Buffer.from(text), { until: 1, final: false, limits: NARROW }).end;
  expect(open('"a\nb')).toBe(0);
  expect(open(`"a\n${'b'.repeat(29)}`)).toBe(0);
  expect(open(`"a\n${'b'.repeat(31)}`), 'no quote closed it within the limit').toBe(3);
  expect(open(`"${'a'.repeat(40)}\n`), 'the first line is too long for quotes to count').toBe(42);
});

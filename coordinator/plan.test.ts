import { describe, expect, it } from 'vitest';
import type { FilePlan } from '../jobs/clean/plan.ts';
import { type ScanInput, type ScanLimits, scanRange } from '../jobs/clean/scan.ts';
import type { Driver } from '../jobs/driver.ts';
import { scanRecords } from '../kernels/lines.ts';
import { createKernels } from '../kernels/wasm.ts';
import { memoryStore } from '../lake/memory.ts';
import { between, listOf, pick, type Random, seeded } from '../test/random.ts';
import { planFiles, sameFiles } from './plan.ts';

const COMMA = 44;
const kernels = createKernels(1 << 24);
const WIDE: ScanLimits = { recordBytes: 1 << 18, multilineBytes: 1 << 16, lineBytes: 1 << 20 };
const NARROW: ScanLimits = { recordBytes: 30, multilineBytes: 25, lineBytes: 1 << 20 };

/** Plans files with a driver that runs each task right here, and says how many stages that took. */
async function plan(contents: readonly Buffer[], chunkBytes: number, limits: ScanLimits) {
  const raw = memoryStore();
  let stages = 0;
  const tasks: string[][] = [];
  const stage = async ({ inputs }: { readonly inputs: readonly unknown[] }) => {
    stages++;
    const outputs = [];
    for (const { ranges } of inputs as readonly ScanInput[]) {
      tasks.push(ranges.map(({ file, range }) => `${file} ${range.start}`));
      const scans = [];
      for (const range of ranges) {
        const mark = kernels.mark();
        scans.push(await scanRange(range, { raw, lake: raw, kernels }, limits));
        kernels.release(mark);
      }
      outputs.push(scans);
    }
    return outputs;
  };
  const files = await Promise.all(
    contents.map(async (bytes, i) => {
      await raw.write(`${i}.csv`, bytes);
      return { ...(await raw.stat(`${i}.csv`))!, unpacked: null, table: 'sales', delimiter: ',', header: [] };
    }),
  );
  return { plans: await planFiles({ stage } as unknown as Driver, files, chunkBytes), stages: () => stages, tasks };
}

/** What one scan of the whole file finds: where each record or blank line ends, and the counts up to there. */
function wholeScan(bytes: Buffer, limits: ScanLimits) {
  const start = bytes.subarray(0, 3).equals(Buffer.from('\ufeff')) ? 3 : 0;
  const options = { start, final: true, delimiter: COMMA, limits };
  const counts = new Map([[start, { records: 0, lines: 0 }]]);
  const { records } = scanRecords(bytes, options, (end, records, lines) => {
    counts.set(end, { records, lines });
    return true;
  });
  return { counts, records: Math.max(0, records - 1) };
}

/** Every chunk is what the scan of the whole file has there, and no record is in none of them. */
function expectExact({ size, chunks, records }: FilePlan, bytes: Buffer, limits: ScanLimits): void {
  const whole = wholeScan(bytes, limits);
  expect([size, records]).toEqual([bytes.length, whole.records]);
  let counted = 1;
  for (const { start, end, firstLine, records } of chunks) {
    expect(whole.counts.get(start)).toEqual({ records: counted, lines: firstLine - 1 });
    counted += records;
    expect(whole.counts.get(end)?.records).toBe(counted);
    expect(records).toBeGreaterThan(0);
  }
  expect(counted - 1).toBe(whole.records);
}

const CELLS = ['1', 'abc', '"x,y"', '"two\nlines"', '"a\n\n\n""quote""\n"', '', '"broken', 'in"side', '"a"b'];
const ENDS = ['\n', '\r\n', '\n\n', '\r\n\r\n', '\r'];

const randomFile = (random: Random): Buffer => {
  const cell = () => (random() < 0.02 ? `"${'y\n'.repeat(between(random, 1, 60))}"` : pick(random, CELLS));
  const line = () => `${cell()},${cell()}${pick(random, ENDS)}`;
  const before = pick(random, ['', '', '\ufeff', '\n\n', '\ufeff\r\n\n']);
  return Buffer.from(
    `${before}${pick(random, ['a,b\n', '"a\nb",c\r\n'])}${listOf(between(random, 0, 40), line).join('')}`,
  );
};

describe('a plan by ranges is that of one scan of the whole file', () => {
  it.each([
    ['wide limits', WIDE],
    ['narrow limits', NARROW],
  ])('for random files and chunk sizes, with %s', async (_name, limits) => {
    const random = seeded(limits.recordBytes);
    let again = 0;
    for (let round = 0; round < 400; round++) {
      const bytes = randomFile(random);
      const chunkBytes = between(random, 1, random() < 0.5 ? 12 : 200);
      const { plans, stages } = await plan([bytes], chunkBytes, limits);
      expectExact(plans[0]!, bytes, limits);
      if (stages() > 1) again++;
    }
    expect(again, 'some ranges began inside of quoted fields').toBeGreaterThan(20);
  });

  it('for files that are quotes and line feeds all over', async () => {
    const random = seeded(3);
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.from(
        listOf(between(random, 0, 80), () => pick(random, ['"', '\n', ',', 'a', '\r'])).join(''),
      );
      const { plans } = await plan([bytes], between(random, 1, 9), NARROW);
      expectExact(plans[0]!, bytes, NARROW);
    }
  });

  it('for several files at once, of which some are scanned again', async () => {
    const quoted = Buffer.from(`a,b\n${'"1\n2\n3\n4\n5\n6",x\n'.repeat(30)}`);
    const plain = Buffer.from(`a,b\n${'1,2\n'.repeat(100)}`);
    const { plans, stages } = await plan([plain, quoted, Buffer.alloc(0), plain], 10, WIDE);
    for (const [i, bytes] of [plain, quoted].entries()) expectExact(plans[i]!, bytes, WIDE);
    expect(plans.map(({ records }) => records)).toEqual([100, 30, 0, 100]);
    expect(stages()).toBe(2);
    expect(sameFiles(plans)).toEqual(['E_SAME_FILE 3.csv has the same content as 0.csv']);
  });
});

it('scans a file once when no quoted field has line feeds', async () => {
  const bytes = Buffer.from(`a,b\n${'1,"x"\n'.repeat(300)}`);
  const { plans, stages } = await plan([bytes], 100, WIDE);
  expect([plans[0]!.records, stages()]).toEqual([300, 1]);
  expect(plans[0]!.chunks.map(({ start }) => start % 100 < 6)).not.toContain(false);
});

it('tells files apart that differ in the header, or in one byte', async () => {
  const text = `a,b\n${'1,2\n'.repeat(20)}`;
  const files = [text, text.replace('a,b', 'b,a'), `${text.slice(0, -2)}3\n`].map(file => Buffer.from(file));
  expect(sameFiles((await plan(files, 32, WIDE)).plans)).toEqual([]);
});

it('gives a task one range, or many small ones that follow each other', async () => {
  const small = Buffer.from(`a,b\n${'1,2\n'.repeat(250_000)}`);
  const large = Buffer.from(`a,b\n${'1,2\n'.repeat(1_250_000)}`);
  const { tasks } = await plan([small, small, small, small, small, large, small], 4 << 20, WIDE);
  expect(tasks).toEqual([
    ['0.csv 0', '1.csv 0', '2.csv 0', '3.csv 0'],
    ['4.csv 0'],
    ['5.csv 0'],
    ['5.csv 4194304', '6.csv 0'],
  ]);
});

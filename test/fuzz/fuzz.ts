/** Case after case of a seed, and what fails of it made small. */
import { seeded } from '../random.ts';
import { mutatedCase, randomCase } from './cases.ts';
import { firstDifference, type ReadCase } from './compare.ts';
import type { FileHead } from './files.ts';

/** Half of the cases are made from nothing, half from heads of files. Throws at the first difference of the readers. */
export function fuzz(heads: readonly FileHead[], { cases, seed }: { cases: number; seed: number }): void {
  for (let i = 0; i < cases; i++) {
    const random = seeded(seed + i);
    const head = heads[(i >> 1) % heads.length]!;
    const input = i % 2 === 0 ? randomCase(random) : mutatedCase(random, head);
    if (differs(input) === null) continue;
    const small = smallest(input);
    const source = i % 2 === 0 ? 'a random file' : head.path;
    throw new Error(
      `seed ${seed + i}, ${source}, ${JSON.stringify(small.limits)}, delimiter ${small.delimiter}: ${differs(small)}\n` +
        `bytes in hex: ${small.bytes.toString('hex')}\nreaders: ${describeReaders(small)}`,
    );
  }
}

/** A crash of either reader is a difference too. */
function differs(input: ReadCase): string | null {
  try {
    return firstDifference(input);
  } catch (error) {
    return String(error);
  }
}

/** Leaves out columns and bytes as long as the readers still differ. */
function smallest(input: ReadCase): ReadCase {
  let small = input;
  const keepIf = (candidate: ReadCase): boolean => {
    if (differs(candidate) === null) return false;
    small = candidate;
    return true;
  };
  for (const column of small.readers.keys()) keepIf({ ...small, readers: small.readers.with(column, null) });
  for (let size = small.bytes.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at + size <= small.bytes.length && tries(size); ) {
      const { bytes } = small;
      if (!keepIf({ ...small, bytes: Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]) })) at += size;
    }
  }
  return small;

  /** Single bytes of what is still large are not worth the time. */
  function tries(size: number): boolean {
    return small.bytes.length / size < 4_096;
  }
}

const describeReaders = ({ readers }: ReadCase): string =>
  JSON.stringify(readers, (_key, value) =>
    value instanceof Set ? [...value] : value instanceof RegExp ? String(value) : value,
  );

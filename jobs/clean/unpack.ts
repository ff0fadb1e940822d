import { decompress } from '../../lake/decompress.ts';
import type { PartFile } from '../../lake/manifest.ts';
import type { TaskContext } from '../registry.ts';
import { assertUnchanged, readRaw } from './source.ts';

export interface UnpackInput {
  readonly file: string;
  readonly size: number;
  /** The store's name for this content: an unchanged file is not decompressed again. */
  readonly generation: string;
}

/**
 * Writes what is in a compressed file to the lake, where it can be read by ranges as plain files are. Holds a few pieces
 * of it in memory.
 */
export async function unpack(input: UnpackInput, context: TaskContext<null>): Promise<PartFile> {
  const { file, size } = input;
  const plain = { file, unpacked: null };
  const output = await context.writer('content');
  try {
    const read = (start: number, end: number) => readRaw(context, plain, { start, end });
    for await (const piece of decompress({ name: file, size, read })) await output.write(piece);
    await assertUnchanged(context.raw, { ...plain, ...input });
  } catch (error) {
    await output.abort();
    // A file that is still being written looks damaged, too.
    await assertUnchanged(context.raw, { ...plain, ...input });
    throw error;
  }
  return output.close(0);
}

/** The part files of days. Row groups end at fixed rows of a day, whatever the pieces are in which its rows come. */
import type { TableDefinition } from '../../base/table.ts';
import type { PartFile, PartitionFile } from '../../lake/manifest.ts';
import { createParquetWriter, encodeParquet, ROW_GROUP_ROWS } from '../../lake/parquet/write.ts';
import type { Rows } from '../../lake/slab.ts';
import type { TaskContext } from '../registry.ts';
import { gatherRows } from './rejects.ts';
import { NOTHING, restAnd, restOf, restRows, withRest } from './rest.ts';

type Context = Pick<TaskContext, 'kernels' | 'write' | 'writer'>;

export interface Parts {
  /**
   * Writes those of the rows which are at `picks`: all of a day, or of a range of it; ranges of a day follow one another.
   */
  add(partition: string, rows: Rows, picks: Int32Array, isWhole: boolean): Promise<void>;
  /** The files, in the order of their first rows. */
  finish(): Promise<PartitionFile[]>;
  abort(): Promise<void>;
}

/** Writes a part file for each partition; days without rows have none. */
export function createParts(context: Context, definition: TableDefinition): Parts {
  const { kernels, write } = context;
  const files: PartitionFile[] = [];
  let open: { readonly partition: string; readonly stream: PartStream } | null = null;
  const close = async () => {
    if (!open) return;
    const { partition, stream } = open;
    const file = await stream.finish();
    open = null;
    files.push({ ...file, partition });
  };
  return {
    async add(partition, rows, picks, isWhole) {
      if (picks.length === 0) return;
      if (open?.partition !== partition) await close();
      if (!isWhole) {
        open ??= { partition, stream: await streamPart(context, definition, partition) };
        return open.stream.add(rows, picks);
      }
      // Of a day from which nothing is dropped, the columns are as they should be.
      const mark = kernels.mark();
      const part = picks.length === rows.length ? rows : gatherRows(kernels, rows, picks);
      const bytes = encodeParquet(kernels, definition, part);
      files.push({ ...(await write(`${partition}.parquet`, bytes, part.length)), partition });
      kernels.release(mark);
    },
    async finish() {
      await close();
      return files;
    },
    abort: async () => open?.stream.abort(),
  };
}

export interface PartStream {
  add(rows: Rows, picks: Int32Array): Promise<void>;
  finish(): Promise<PartFile>;
  abort(): Promise<void>;
}

/** Rows of long texts fill a row group long before they are as many as one may have. */
const REST_BYTES = 32 << 20;

/** Writes a part file piece by piece: the same bytes as if it were encoded as a whole. Holds the rows of one row group. */
export async function streamPart(
  { kernels, writer }: Pick<TaskContext, 'kernels' | 'writer'>,
  definition: TableDefinition,
  name: string,
): Promise<PartStream> {
  const file = await writer(`${name}.parquet`);
  const parquet = createParquetWriter(kernels, definition);
  let rest = NOTHING;
  let total = 0;
  return {
    async add(rows, picks) {
      total += picks.length;
      for (let at = 0; at < picks.length; ) {
        const mark = kernels.mark();
        const end = Math.min(picks.length, at + ROW_GROUP_ROWS - rest.rows);
        const own = picks.subarray(at, end);
        at = end;
        // What is no row group yet is put off: small pieces are not packed again and again.
        const isFull = rest.rows + own.length === ROW_GROUP_ROWS || rest.bytes >= REST_BYTES;
        if (!isFull) rest = restAnd(kernels, rest, rows, own);
        else {
          const group = rest.rows === 0 ? gatherRows(kernels, rows, own) : withRest(kernels, rest, rows, own);
          const { bytes, written } = parquet.addFull(group);
          rest = restOf(kernels, group, written);
          if (bytes.length > 0) await file.write(bytes);
        }
        kernels.release(mark);
      }
    },
    async finish() {
      const mark = kernels.mark();
      const bytes = parquet.finish(rest.rows > 0 ? restRows(kernels, rest) : undefined);
      kernels.release(mark);
      await file.write(bytes);
      return file.close(total);
    },
    abort: () => file.abort(),
  };
}

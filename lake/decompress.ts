/** Compressed files as a stream of what is in them. */
import { pipeline, Readable, type Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { type Compression, compressionOf } from '../base/compression.ts';
import { errnoOf, UserError } from '../base/errors.ts';

/** A compressed file; its name tells how. */
export interface CompressedSource {
  readonly name: string;
  /** Bytes of the file as it is. */
  readonly size: number;
  /** Reads bytes [start, end) of it. */
  readonly read: (start: number, end: number) => Promise<Uint8Array>;
}

/** Bytes read, and bytes decompressed, at a time. */
const PIECE_BYTES = 1 << 20;

/**
 * The content of a gzip or Zstandard file, piece by piece. Members or frames that follow each other are one content, as
 * RFC 1952 and RFC 8878 have it. Throws E_COMPRESSED when the file ends too early, is damaged, is no such file, or has
 * anything else behind its end: what comes before would look like a whole file that has fewer records. Damage is found by
 * the checksums in the file; gzip always has them, Zstandard if the writer wished.
 */
export async function* decompress(source: CompressedSource): AsyncGenerator<Buffer> {
  const { name, size } = source;
  const compression = compressionOf(name) ?? 'gzip';
  let done = 0;
  // Node stops without a word behind the first Zstandard frame, or at what it takes for padding behind a gzip member.
  do {
    const stream = compression === 'gzip' ? createGunzip(OPTIONS) : createZstdDecompress(OPTIONS);
    try {
      yield* through(Readable.from(pieces(source, done)), stream);
    } catch (error) {
      const reason = reasonOf(error, compression);
      throw reason === null ? error : damaged(source, compression, done + stream.bytesWritten, reason);
    }
    if (stream.bytesWritten === 0) throw damaged(source, compression, done, 'nothing in it can be decompressed');
    done += stream.bytesWritten;
  } while (done < size);
}

const OPTIONS = { chunkSize: PIECE_BYTES };

async function* pieces({ size, read }: CompressedSource, from: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < size; at += PIECE_BYTES) yield read(at, Math.min(size, at + PIECE_BYTES));
}

async function* through(input: Readable, stream: Transform): AsyncGenerator<Buffer> {
  // Errors of either end the loop below; a stream that stopped before its input did is destroyed with the rest of it.
  pipeline(input, stream, () => undefined);
  try {
    for await (const piece of stream) yield piece as Buffer;
  } finally {
    stream.destroy();
  }
}

/** What is wrong with the file, or null when it is not the file. */
function reasonOf(error: unknown, compression: Compression): string | null {
  const code = errnoOf(error) ?? '';
  if (!/^(Z_|ZSTD_)/.test(code)) return null;
  if (code === 'Z_BUF_ERROR') return 'it ends too early: some of it is missing';
  const message = (error as Error).message;
  const foreign = code === 'ZSTD_error_prefix_unknown' || message === 'incorrect header check';
  if (!foreign) return `its bytes are damaged (${message})`;
  return `it is no ${compression} file, or something else follows behind its end`;
}

const damaged = ({ name, size }: CompressedSource, compression: Compression, at: number, why: string): UserError =>
  new UserError({
    code: 'E_COMPRESSED',
    what: `${name} cannot be decompressed`,
    where: `near byte ${at} of ${size}`,
    why,
    unchanged: 'nothing was published',
    next: `${compression} -t '${name}'   checks the file; copy or export it again, or take it out of the folder`,
    exitCode: 2,
  });

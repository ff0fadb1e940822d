/** Where a column of a chunk goes while it is read, piece by piece. */
import type { Column } from './column.ts';
import type { ColumnReader } from './reader.ts';
import { placeReader, USED_WORD, VALUES_WORD } from './readers.ts';
import type { Kernels } from './wasm.ts';

/** What of the compiled code converts columns: each takes the addresses of a chunk and a reader. */
export type ColumnKernels = Readonly<Record<(typeof KERNELS)[ColumnReader['kind']], ConvertPiece>>;
type ConvertPiece = (chunk: number, reader: number) => void;

/** What one piece adds to a column. */
export interface Piece {
  readonly records: number;
  /** Bytes of the piece, before it and behind it in the chunk. */
  readonly size: number;
  readonly before: number;
  readonly behind: number;
}

const KERNELS = {
  int: 'csvInts',
  decimal: 'csvDecimals',
  text: 'csvTexts',
  date: 'csvDays',
  timestamp: 'csvMoments',
  boolean: 'csvBooleans',
} as const;

/** Bits of a value; those of text are not known beforehand. */
const VALUE_BITS = { int: 64, decimal: 64, text: 0, date: 32, timestamp: 64, boolean: 1 } as const;

/** UTF-8 may take three bytes for one of another encoding, or for one that is not valid. */
const ENCODED_BYTES_MAX = 3;

export class Sink {
  /** Bitmap of the rows that hold the fallback, where a pattern must not be asked about them. */
  readonly defaulted: Uint8Array | null;
  readonly #kernels: Kernels;
  readonly #reader: ColumnReader;
  readonly #values: number;
  readonly #validity: number;
  readonly #offsets: number;
  readonly #address: number;
  /** The reader as the kernels see it. */
  readonly #words: Uint32Array;
  /** Bytes of text that there is room for. */
  #room = 0;

  /** `records`: how many there are at most. */
  constructor(kernels: Kernels, reader: ColumnReader, column: number, records: number) {
    const bitmap = (records + 7) >> 3;
    const wantsDefaulted = reader.pattern !== null && reader.fallback !== null;
    const defaulted = wantsDefaulted ? kernels.allocZeroed(bitmap) : 0;
    this.#kernels = kernels;
    this.#reader = reader;
    const valueBytes = Math.ceil((records * VALUE_BITS[reader.kind]) / 8);
    this.#values = reader.kind === 'boolean' ? kernels.allocZeroed(valueBytes) : kernels.alloc(valueBytes);
    this.#offsets = reader.kind === 'text' ? kernels.alloc((records + 1) * 4) : 0;
    this.#validity = kernels.alloc(bitmap);
    // Valid until a kernel says otherwise: that is far less to write.
    kernels.bytes.fill(0xff, this.#validity, this.#validity + bitmap);
    this.defaulted = wantsDefaulted ? kernels.bytes.subarray(defaulted, defaulted + bitmap) : null;
    this.#address = placeReader(kernels, reader, column, {
      values: this.#values,
      validity: this.#validity,
      offsets: this.#offsets,
      defaulted,
    });
    this.#words = new Uint32Array(kernels.bytes.buffer, this.#address, USED_WORD + 1);
    if (this.#offsets) new Int32Array(kernels.bytes.buffer, this.#offsets, 1)[0] = 0;
  }

  /** Appends the piece that was indexed last. */
  convert(exports: ColumnKernels, chunk: number, piece: Piece): void {
    if (this.#reader.kind === 'text') this.#makeRoom(piece);
    exports[KERNELS[this.#reader.kind]](chunk, this.#address);
  }

  /** The column of so many records, in the kernels' memory. */
  finish(length: number): Column {
    const { bytes } = this.#kernels;
    const { buffer } = bytes;
    const validity = bytes.subarray(this.#validity, this.#validity + ((length + 7) >> 3));
    if (length & 7) validity[length >> 3]! &= (1 << (length & 7)) - 1;
    switch (this.#reader.kind) {
      case 'text': {
        const offsets = new Int32Array(buffer, this.#offsets, length + 1);
        const start = this.#words[VALUES_WORD]!;
        return { type: 'text', length, offsets, bytes: bytes.subarray(start, start + offsets[length]!), validity };
      }
      case 'boolean':
        return {
          type: 'boolean',
          length,
          values: bytes.subarray(this.#values, this.#values + validity.length),
          validity,
        };
      case 'date':
        return { type: 'date', length, values: new Int32Array(buffer, this.#values, length), validity };
      default: {
        const type = this.#reader.kind === 'int' ? 'int64' : this.#reader.kind;
        return { type, length, values: new BigInt64Array(buffer, this.#values, length), validity };
      }
    }
  }

  /**
   * Text goes where it has room for all that a piece may hold. How much a chunk will hold is guessed from what has been
   * read of it: room for the most there can be, in each column, would be more than the memory has.
   */
  #makeRoom({ records, size, before, behind }: Piece): void {
    const { digits, fallback, encoding, replaceInvalid } = this.#reader;
    const used = this.#words[USED_WORD]!;
    const growth = encoding === 'utf-8' && !replaceInvalid ? 1 : ENCODED_BYTES_MAX;
    const most = size * growth + records * Math.max(digits ?? 0, fallback?.length ?? 0);
    if (used + most <= this.#room) return;
    const expected = before > 0 ? Math.ceil((used / before) * 1.1 * (size + behind)) : 0;
    this.#room = Math.max(used + most + expected, used * 2);
    const address = this.#kernels.alloc(this.#room);
    const from = this.#words[VALUES_WORD]!;
    this.#kernels.bytes.copyWithin(address, from, from + used);
    this.#words[VALUES_WORD] = address;
  }
}

/**
 * Columns in memory, laid out as Arrow arrays: a buffer of values, a bitmap of what is there (least significant bit
 * first), and for text the offsets of each value in one buffer of UTF-8.
 */

export type FixedType = 'int64' | 'decimal' | 'timestamp';

/** 64-bit values: whole numbers, decimals scaled by 10⁶, or microseconds. */
export interface FixedColumn {
  readonly type: FixedType;
  readonly length: number;
  readonly values: BigInt64Array;
  readonly validity: Uint8Array;
}

/** Days since 1970-01-01. */
export interface DateColumn {
  readonly type: 'date';
  readonly length: number;
  readonly values: Int32Array;
  readonly validity: Uint8Array;
}

export interface Int32Column {
  readonly type: 'int32';
  readonly length: number;
  readonly values: Int32Array;
  readonly validity: Uint8Array;
}

/** 64-bit floats. */
export interface DoubleColumn {
  readonly type: 'double';
  readonly length: number;
  readonly values: Float64Array;
  readonly validity: Uint8Array;
}

/** One bit a value. */
export interface BooleanColumn {
  readonly type: 'boolean';
  readonly length: number;
  readonly values: Uint8Array;
  readonly validity: Uint8Array;
}

/** Value i is bytes[offsets[i], offsets[i + 1]). */
export interface TextColumn {
  readonly type: 'text';
  readonly length: number;
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
  readonly validity: Uint8Array;
}

export type Column = FixedColumn | DateColumn | Int32Column | DoubleColumn | BooleanColumn | TextColumn;
export type ColumnTypeName = Column['type'];

const bitmapBytes = (length: number): number => (length + 7) >> 3;

export const isValid = (column: { validity: Uint8Array }, row: number): boolean =>
  ((column.validity[row >> 3]! >> (row & 7)) & 1) === 1;

export const setBit = (bitmap: Uint8Array, row: number): void => {
  bitmap[row >> 3]! |= 1 << (row & 7);
};

/** All values null, until they are set. */
export function fixedColumn(type: FixedType, length: number): FixedColumn {
  return { type, length, values: new BigInt64Array(length), validity: new Uint8Array(bitmapBytes(length)) };
}

export function dateColumn(length: number): DateColumn {
  return { type: 'date', length, values: new Int32Array(length), validity: new Uint8Array(bitmapBytes(length)) };
}

export function int32Column(length: number): Int32Column {
  return { type: 'int32', length, values: new Int32Array(length), validity: new Uint8Array(bitmapBytes(length)) };
}

export function doubleColumn(length: number): DoubleColumn {
  return { type: 'double', length, values: new Float64Array(length), validity: new Uint8Array(bitmapBytes(length)) };
}

export function booleanColumn(length: number): BooleanColumn {
  const bytes = bitmapBytes(length);
  return { type: 'boolean', length, values: new Uint8Array(bytes), validity: new Uint8Array(bytes) };
}

/** The 32-bit halves of 64-bit values: writing these is several times faster than making BigInts. */
export const halves = (column: FixedColumn): Int32Array =>
  new Int32Array(column.values.buffer, column.values.byteOffset, column.length * 2);

/** Sets a 64-bit value from a whole number of at most 53 bits; `| 0` takes the low 32 bits of any such number. */
export function setNumber(half: Int32Array, row: number, value: number): void {
  half[row * 2] = value | 0;
  half[row * 2 + 1] = Math.floor(value / 4294967296);
}

/** A 64-bit value as a number; exact to 53 bits. */
export const numberAt = (half: Int32Array, row: number): number =>
  half[row * 2 + 1]! * 4294967296 + (half[row * 2]! >>> 0);

/** Builds a text column value by value. */
export class TextBuilder {
  readonly #offsets: Int32Array;
  readonly #validity: Uint8Array;
  readonly #length: number;
  #bytes: Uint8Array;
  #used = 0;
  #row = 0;

  constructor(length: number, bytesExpected = length * 16) {
    this.#length = length;
    this.#offsets = new Int32Array(length + 1);
    this.#validity = new Uint8Array(bitmapBytes(length));
    this.#bytes = new Uint8Array(Math.max(64, bytesExpected));
  }

  pushNull(): void {
    this.#offsets[++this.#row] = this.#used;
  }

  /** Appends source[start, end). */
  push(source: Uint8Array, start: number, end: number): void {
    const size = end - start;
    if (this.#used + size > this.#bytes.length) this.#grow(size);
    const bytes = this.#bytes;
    let at = this.#used;
    // Most values are short: a loop beats a call for them.
    if (size < 48) for (let i = start; i < end; i++) bytes[at++] = source[i]!;
    else bytes.set(source.subarray(start, end), at);
    this.#used += size;
    setBit(this.#validity, this.#row);
    this.#offsets[++this.#row] = this.#used;
  }

  pushText(text: string): void {
    const encoded = Buffer.from(text, 'utf8');
    this.push(encoded, 0, encoded.length);
  }

  finish(): TextColumn {
    if (this.#row !== this.#length) throw new Error(`a text column of ${this.#length} values was given ${this.#row}`);
    const bytes = this.#bytes.subarray(0, this.#used);
    return { type: 'text', length: this.#length, offsets: this.#offsets, bytes, validity: this.#validity };
  }

  #grow(size: number): void {
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#used + size));
    larger.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = larger;
  }
}

/** A text column from strings; null stays null. For small tables: large ones are built from bytes. */
export function textColumn(values: readonly (string | null)[]): TextColumn {
  const builder = new TextBuilder(values.length);
  for (const value of values) value === null ? builder.pushNull() : builder.pushText(value);
  return builder.finish();
}

export function numberColumn(type: FixedType, values: readonly (number | bigint | null)[]): FixedColumn {
  const column = fixedColumn(type, values.length);
  values.forEach((value, row) => {
    if (value === null) return;
    column.values[row] = BigInt(value);
    setBit(column.validity, row);
  });
  return column;
}

export function doubles(values: readonly (number | null)[]): DoubleColumn {
  const column = doubleColumn(values.length);
  values.forEach((value, row) => {
    if (value === null) return;
    column.values[row] = value;
    setBit(column.validity, row);
  });
  return column;
}

export function booleans(values: readonly (boolean | null)[]): BooleanColumn {
  const column = booleanColumn(values.length);
  values.forEach((value, row) => {
    if (value === null) return;
    if (value) setBit(column.values, row);
    setBit(column.validity, row);
  });
  return column;
}

export const textAt = (column: TextColumn, row: number): string | null =>
  isValid(column, row)
    ? Buffer.from(column.bytes.buffer, column.bytes.byteOffset, column.bytes.byteLength).toString(
        'utf8',
        column.offsets[row]!,
        column.offsets[row + 1]!,
      )
    : null;

/** A value as text, in a form that tells different values apart; in the column's own units. */
export function valueText(column: Column, row: number): string | null {
  if (!isValid(column, row)) return null;
  switch (column.type) {
    case 'text':
      return textAt(column, row);
    case 'date':
      return String(column.values[row]);
    case 'boolean':
      return (column.values[row >> 3]! >> (row & 7)) & 1 ? 'true' : 'false';
    case 'double':
      return Object.is(column.values[row], -0) ? '-0' : String(column.values[row]);
    default:
      return String(column.values[row]);
  }
}

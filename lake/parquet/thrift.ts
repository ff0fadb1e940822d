/** Writes Thrift's compact protocol (Apache Thrift, "Thrift Compact protocol encoding"), of which Parquet's headers are made. */

const TYPES = { true: 1, false: 2, i8: 3, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;

export class ThriftWriter {
  readonly #bytes: number[] = [];
  #lastField = 0;

  /** A struct as it stands by itself or in a list; its fields are written by `fields`, in rising order. */
  struct(fields: () => void): this {
    const outer = this.#lastField;
    this.#lastField = 0;
    fields();
    this.#bytes.push(0);
    this.#lastField = outer;
    return this;
  }

  structField(id: number, fields: () => void): void {
    this.#field(id, TYPES.struct);
    this.struct(fields);
  }

  i8(id: number, value: number): void {
    this.#field(id, TYPES.i8);
    this.#bytes.push(value & 255);
  }

  i32(id: number, value: number): void {
    this.#field(id, TYPES.i32);
    this.#zigzag(value);
  }

  i64(id: number, value: number): void {
    this.#field(id, TYPES.i64);
    this.#zigzag(value);
  }

  bool(id: number, value: boolean): void {
    this.#field(id, value ? TYPES.true : TYPES.false);
  }

  binary(id: number, value: Uint8Array | string): void {
    this.#field(id, TYPES.binary);
    this.#binary(value);
  }

  structs<Item>(id: number, items: readonly Item[], write: (item: Item) => void): void {
    this.#list(id, TYPES.struct, items.length);
    for (const item of items) this.struct(() => write(item));
  }

  i32s(id: number, values: readonly number[]): void {
    this.#list(id, TYPES.i32, values.length);
    for (const value of values) this.#zigzag(value);
  }

  binaries(id: number, values: readonly string[]): void {
    this.#list(id, TYPES.binary, values.length);
    for (const value of values) this.#binary(value);
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  #field(id: number, type: number): void {
    const step = id - this.#lastField;
    if (step > 15) {
      this.#bytes.push(type);
      this.#zigzag(id);
    } else this.#bytes.push((step << 4) | type);
    this.#lastField = id;
  }

  #list(id: number, type: number, length: number): void {
    this.#field(id, TYPES.list);
    if (length < 15) this.#bytes.push((length << 4) | type);
    else {
      this.#bytes.push(0xf0 | type);
      this.#varint(length);
    }
  }

  #binary(value: Uint8Array | string): void {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    this.#varint(bytes.length);
    for (const byte of bytes) this.#bytes.push(byte);
  }

  /** Numbers to 53 bits: sizes and positions. */
  #zigzag(value: number): void {
    this.#varint(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  #varint(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes.push((rest % 128) | 128);
    this.#bytes.push(rest);
  }
}

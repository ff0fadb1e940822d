/** Bytes of a file as they come, in one piece of memory that grows: what is encoded is copied once. */
export class Output {
  #bytes: Uint8Array = new Uint8Array(0);
  #used = 0;
  /** Bytes of the file that were taken before. */
  #taken = 0;

  /** Where in the file the next byte will be. */
  get position(): number {
    return this.#taken + this.#used;
  }

  put(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.#bytes.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  /** Puts bytes again that were put since the last `take`; `start` counts from the beginning of the file. */
  repeat(start: number, size: number): void {
    this.reserve(size);
    this.#bytes.copyWithin(this.#used, start - this.#taken, start - this.#taken + size);
    this.#used += size;
  }

  /** What was put since the last time; it is the caller's. */
  take(): Uint8Array {
    const bytes = this.#bytes.subarray(0, this.#used);
    this.#taken += this.#used;
    this.#used = 0;
    this.#bytes = new Uint8Array(0);
    return bytes;
  }

  /** Makes room for `size` more bytes. It is not zeroed: no more is handed out than was written. */
  reserve(size: number): void {
    if (this.#used + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#used + size));
    larger.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = larger;
  }
}

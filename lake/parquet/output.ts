/**
 * Bytes of a file as they come, in one piece of the kernels' memory. It lies behind all that was there when it began;
 * what is allocated behind it is scratch for what comes next, and is given back when that is put.
 */
import type { Kernels } from '../../kernels/wasm.ts';

export class Output {
  readonly #kernels: Kernels;
  #start = 0;
  #end = 0;
  /** Bytes of the file that were taken before. */
  #taken = 0;

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
  }

  /** Where in the file the next byte will be. */
  get position(): number {
    return this.#taken + this.#end - this.#start;
  }

  /** Begins a piece of the file behind what the kernels' memory holds. */
  begin(): void {
    this.#start = this.#kernels.mark();
    this.#end = this.#start;
  }

  /** Puts bytes behind each other, and gives back what was allocated since the last time. */
  put(pieces: readonly Uint8Array[]): void {
    const { bytes, alloc } = this.#kernels;
    const end = this.#end + pieces.reduce((sum, { length }) => sum + length, 0);
    // They may have been made where they are to go: then they are put together elsewhere.
    const isInTheWay = pieces.some(
      ({ buffer, byteOffset, length }) =>
        buffer === bytes.buffer && byteOffset < end && byteOffset + length > this.#end && length > 0,
    );
    const start = isInTheWay ? alloc(end - this.#end) : this.#end;
    let at = start;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    if (isInTheWay) bytes.copyWithin(this.#end, start, at);
    this.#moveTo(end);
  }

  /** Puts bytes again that were put since the last `take`; `start` counts from the beginning of the file. */
  repeat(start: number, size: number): void {
    const from = this.#start + start - this.#taken;
    this.#kernels.bytes.copyWithin(this.#end, from, from + size);
    this.#moveTo(this.#end + size);
  }

  /** What was put since the last time: a view of the kernels' memory, good until that is released. */
  take(): Uint8Array {
    const bytes = this.#kernels.bytes.subarray(this.#start, this.#end);
    this.#taken += bytes.length;
    this.#start = this.#end;
    return bytes;
  }

  #moveTo(end: number): void {
    this.#end = end;
    const { release, alloc } = this.#kernels;
    release(this.#start);
    alloc(end - this.#start);
  }
}

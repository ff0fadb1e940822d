/**
 * The compiled kernels and their memory. A thread has one instance, which its tasks use one after the other: a task lays its
 * input and output into one memory, piece behind piece, and gives all of it back at once when it ends.
 */
import { readFileSync } from 'node:fs';

export interface Kernels {
  /** All of the memory. It never grows, so that views of it stay good until `release`. */
  readonly bytes: Uint8Array;
  /** What kernels.wasm exports; each wrapper names the functions that it calls. */
  readonly exports: Readonly<Record<string, unknown>>;
  /** Address of `size` new bytes, at a multiple of 16, with slack behind them. Their content is left over from before. */
  alloc(size: number): number;
  /** The same, all zeros. */
  allocZeroed(size: number): number;
  /** How far the memory is used; hand it to `release` to give back what was allocated since. */
  mark(): number;
  release(mark: number): void;
}

/** Kernels read and write whole vectors, up to this many bytes behind the end of a buffer. */
const SLACK = 64;
const PAGE = 65_536;

/**
 * Bytes of address space for each instance. Only what is touched takes memory; a task that needs more is a mistake in the
 * limits that cut tasks.
 */
const MEMORY_BYTES = 2 ** 30;

/** What is to be worked on at once is too large for the memory. */
export class KernelMemoryError extends RangeError {
  readonly limit: number;
  /** Bytes that were in use, and how many more were asked for. */
  readonly used: number;
  readonly size: number;
  constructor(limit: number, used: number, size: number) {
    super(`a task needs more than ${limit} bytes of kernel memory: ${size} besides ${used}`);
    this.limit = limit;
    this.used = used;
    this.size = size;
  }
}

/** The part of the WebAssembly interface that is used here: Node's types lack it, and the browser's come with much else. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (pages: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> };
}

const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyApi };

let compiled: object | undefined;

/** A new instance with a memory of its own. Making one takes less than a millisecond; see withKernels for the usual way. */
export function createKernels(bytes = MEMORY_BYTES): Kernels {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./kernels.wasm', import.meta.url)));
  const pages = Math.ceil(bytes / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  const all = new Uint8Array(memory.buffer);
  // Below it are the kernels' own tables.
  const base = align((exports.heapBase as () => number)());
  let used = base;
  const alloc = (size: number): number => {
    const start = used;
    // Before it is rounded: that is done in 32 bits, of which sizes of many gigabytes have more.
    if (start + size + SLACK > all.length) throw new KernelMemoryError(all.length, start, size);
    used = align(start + size + SLACK);
    return start;
  };
  return {
    bytes: all,
    exports,
    alloc,
    allocZeroed(size) {
      const start = alloc(size);
      all.fill(0, start, start + size);
      return start;
    },
    mark: () => used,
    release(mark) {
      used = Math.max(base, mark);
    },
  };
}

const align = (address: number): number => (address + 15) & ~15;

/** The instance of this thread, kept from task to task: its memory has been touched, which is what costs. */
let own: Kernels | undefined;
let ended: Promise<unknown> = Promise.resolve();

/** Runs a task with the kernels of this thread as soon as all before it have ended: two memories would be twice as much. */
export function withKernels<Result>(task: (kernels: Kernels) => Promise<Result>): Promise<Result> {
  const result = ended.then(async () => {
    own ??= createKernels();
    try {
      return await task(own);
    } finally {
      own.release(0);
    }
  });
  ended = result.catch(() => undefined);
  return result;
}

/** Compiles kernels/assembly to kernels/kernels.wasm, which is committed: running endcap needs no compiler. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** The part of the compiler that is used here. Its own types declare a `console` for the whole program, which is not Node's. */
interface Compiler {
  main(
    args: readonly string[],
    files: {
      readFile(name: string): string | null;
      writeFile(name: string, contents: string | Uint8Array): void;
      listFiles(): string[];
    },
  ): Promise<{ readonly error: Error | null; readonly stderr: { toString(): string } }>;
}

const COMPILER: string = 'assemblyscript/asc';

const sources = new URL('./assembly/', import.meta.url);

/** The bytes of kernels.wasm. The same sources and compiler give the same bytes; a test compares. */
export async function compileKernels(): Promise<Uint8Array> {
  const { default: asc } = (await import(COMPILER)) as { readonly default: Compiler };
  const written: Uint8Array[] = [];
  const { error, stderr } = await asc.main(
    // No runtime: kernels allocate nothing. The memory is the caller's, so that many can share one compiled module; it is
    // new for each instance, so tables of zeros need not be in the module.
    [
      'index.ts',
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--importMemory',
      '--zeroFilledMemory',
      '--enable',
      'simd',
      '--outFile',
      'kernels.wasm',
    ],
    {
      readFile: (name: string) => {
        const file = new URL(name, sources);
        return existsSync(file) ? readFileSync(file, 'utf8') : null;
      },
      writeFile: (_name: string, contents: string | Uint8Array) => void written.push(Buffer.from(contents)),
      listFiles: () => [],
    },
  );
  if (error || !written[0]) throw new Error(`kernels/assembly does not compile:\n${stderr.toString()}`);
  return written[0];
}

if (import.meta.main) writeFileSync(new URL('./kernels.wasm', import.meta.url), await compileKernels());

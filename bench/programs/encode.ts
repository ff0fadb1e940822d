/** One side of bench/encode.ts: typed columns in memory become the bytes of one Parquet file. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createKernels } from '../../kernels/wasm.ts';
import { readSome } from '../columns.ts';
import { GROCERY_SALES } from '../contracts.ts';
import { definitionOf } from '../encoder.ts';
import { printUsage, programOptions, timed } from '../usage.ts';
import { WRITERS, type Writer } from '../writers.ts';

export interface EncodeOptions {
  readonly side: keyof typeof WRITERS;
  readonly path: string;
  readonly rows: number;
}

export interface EncodeDetail {
  readonly rows: number;
  readonly bytes: number;
}

/** Rows that every side writes before the clock starts, so that its code is compiled. */
const WARM_UP = 50_000;

const { side, path, rows: most } = programOptions<EncodeOptions>();
const definition = definitionOf('sales', GROCERY_SALES);
const kernels = createKernels();
const write: Writer = WRITERS[side];
await (await write(kernels, definition, readSome(kernels, path, GROCERY_SALES, WARM_UP)))();
const rows = readSome(kernels, path, GROCERY_SALES, most);
const encode = await write(kernels, definition, rows);
// What preparing the input has left behind is not the writer's to clear away.
setFlagsFromString('--expose-gc');
(runInNewContext('gc') as () => void)();
const time = await timed(encode);
printUsage(time, { rows: rows.length, bytes: time.result } satisfies EncodeDetail);

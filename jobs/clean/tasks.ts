/** The functions of the job that run many times, on workers; each in a file of its name. */
export { chunk } from './chunk.ts';
export { day } from './day.ts';
export { dimension } from './dimension.ts';
export { entries, keys } from './keys.ts';
export { memoryAdvice } from './memory.ts';
export { merge } from './merge.ts';
export { quarantine } from './quarantine.ts';
export { scan } from './scan.ts';
export { table } from './table.ts';
export { unpack } from './unpack.ts';

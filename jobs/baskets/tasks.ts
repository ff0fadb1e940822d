/** The functions of the job that run many times, on workers; each in a file of its name. */
export { candidates } from './candidates.ts';
export { count } from './count.ts';
export { items } from './items.ts';
export { local } from './local.ts';
export { memoryAdvice } from './memory.ts';
export { products } from './products.ts';
export { rules } from './rules.ts';

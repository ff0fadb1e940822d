/** The functions of the job that run many times, on workers; each in a file of its name. */
export { block } from './block.ts';
export { cohort } from './cohort.ts';
export { memoryAdvice } from './memory.ts';
export { profile } from './profile.ts';

/** Everything that kernels.wasm exports. Compiled by kernels/build.ts (`npm run build:wasm`). */
export { daysOf } from './days';
export { groupBits, groupHalfWords, groupTexts, groupWords } from './groups';
export { joinRows } from './join';
export { indexNumbers, indexTexts, lookupDense, lookupNumbers, lookupTexts, pairKeys } from './lookup';
export * from './money';
export * from './xxhash';

/** Where the caller's part of the memory begins: below it are the kernels' own tables. */
export function heapBase(): usize {
  return __heap_base;
}

/** Everything that kernels.wasm exports. Compiled by kernels/build.ts (`npm run build:wasm`). */
export { csvContent, csvContentEnd } from './csv/content';
export { csvDays, csvMoments } from './csv/moments';
export { csvDecimals, csvInts } from './csv/numbers';
export { csvIndex, csvLines, csvPieceBytes } from './csv/records';
export { csvBooleans, csvTexts } from './csv/text';
export * from './delta';
export * from './dictionary';
export * from './encodings';
export * from './scan';
export * from './snappy';
export * from './xxhash';
export * from './zstd';

/** Where the caller's part of the memory begins: below it are the kernels' own tables. */
export function heapBase(): usize {
  return __heap_base;
}

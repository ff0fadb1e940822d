/** Everything that kernels.wasm exports. Compiled by kernels/build.ts (`npm run build:wasm`). */
export { alsItemProducts, alsItemTargets, alsTranspose } from './als/byitem';
export { gramian as alsGramian, timesMatrix } from './als/dense';
export { alsInit, alsPairLoss, alsPenalty } from './als/factors';
export { alsItems, alsScratch, alsUsers } from './als/steps';
export { csvContent, csvContentEnd } from './csv/content';
export { csvDays, csvMoments } from './csv/moments';
export { csvDecimals } from './csv/decimals';
export { csvInts } from './csv/ints';
export { csvIndex, csvLines, csvPieceBytes } from './csv/records';
export { csvBooleans, csvTexts } from './csv/text';
export { daysOf } from './days';
export * from './delta';
export * from './dictionary';
export * from './encodings';
export { groupBits, groupHalfWords, groupTexts, groupWords } from './groups';
export { codeBits, histogram, histogramAbout } from './histogram';
export { huffmanCodes, huffmanPairs } from './huffman';
export { joinRows } from './join';
export * from './keys';
export { countRecords } from './lines';
export { indexNumbers, indexTexts, lookupDense, lookupNumbers, lookupTexts, pairKeys } from './lookup';
export * from './money';
export { dictionaryNear32, dictionaryNear64 } from './near';
export * from './recommend/ease';
export { packItems, pairScores } from './recommend/factors';
export { addGramian } from './recommend/gramian';
export { beginStep, pivotsOfStep, sweepRows } from './recommend/inverse';
export { alsReasons } from './recommend/reasons';
export { topFactors, topScores, topScratch } from './recommend/topn';
export * from './rows';
export { runBits, zstdRuns } from './runs';
export * from './scan';
export * from './snappy';
export * from './sort';
export * from './xxhash';
export { zstdLiterals, zstdRecords, zstdStore } from './zstd';

/** Where the caller's part of the memory begins: below it are the kernels' own tables. */
export function heapBase(): usize {
  return __heap_base;
}

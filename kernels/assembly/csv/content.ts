/** A hash of fields as they stand in the file, to tell equal records from others. */
import { unescapeQuotes } from './field';
import { Chunk, fields, fieldStep, NO_FIELD, openColumn, startBase } from './layout';

const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;
const P4: u64 = 0x85ebca77c2b2ae63;

/** The step that XXH64 takes for eight bytes at a time (Collet, "XXH64 specification"). */
// @ts-ignore: decorator
@inline function add(hash: u64, word: u64): u64 {
  return rotl<u64>(hash ^ (rotl<u64>(word * P2, 31) * P1), 27) * P1 + P4;
}

/** Adds the size and bytes of a column's fields to the hashes of their records. */
export function csvContent(chunkAddress: usize, column: usize, hashes: usize): void {
  const chunk = changetype<Chunk>(chunkAddress);
  openColumn(chunk, column);
  const base = startBase;
  const step = fieldStep;
  let field = fields;
  let out = hashes + (<usize>chunk.first << 3);
  for (let left = chunk.count; left != 0; left--) {
    let at = <usize>load<u32>(field) + base;
    let end = <usize>load<u32>(field, 4);
    if (<i32>end < 0) {
      if (<u32>end == NO_FIELD) {
        at = end = 0;
      } else {
        end = unescapeQuotes(at, end & 0x7fffffff, chunk.scratch);
        at = chunk.scratch;
      }
    }
    let hash = load<u64>(out) + <u64>(end - at) * P3;
    for (; at + 8 < end; at += 8) hash = add(hash, load<u64>(at));
    // One to eight bytes are left, or the field is empty.
    const bits = <u64>(end - at) << 3;
    hash = add(hash, bits == 0 ? 0 : load<u64>(at) << (64 - bits));
    store<u64>(out, hash);
    field += step;
    out += 8;
  }
}

/** Mixes the hashes of the piece's records when all columns are added. */
export function csvContentEnd(chunkAddress: usize, hashes: usize): void {
  const chunk = changetype<Chunk>(chunkAddress);
  const first = hashes + (<usize>chunk.first << 3);
  for (let at = first; at < first + (<usize>chunk.count << 3); at += 8) {
    let hash = load<u64>(at);
    hash = (hash ^ (hash >> 33)) * P2;
    hash = (hash ^ (hash >> 29)) * P3;
    store<u64>(at, hash ^ (hash >> 32));
  }
}

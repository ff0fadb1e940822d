/**
 * Hashes of keys and of whole records: four lanes of 32 bits, mixed as in MurmurHash3 (Appleby, 2011, x86_128: same
 * constants, its own block order). Equal bytes give equal hashes on every machine. 128 bits: among 10⁹ keys two
 * different ones meet with a chance of 10⁻²⁰.
 */

/** State of a hash in progress: four 32-bit lanes. */
export type Lanes = Uint32Array;

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

export function startHash(lanes: Lanes): void {
  lanes[0] = 0x9e3779b9;
  lanes[1] = 0x85ebca6b;
  lanes[2] = 0xc2b2ae35;
  lanes[3] = 0x27d4eb2f;
}

/** Adds one 32-bit word. */
export function addWord(lanes: Lanes, word: number): void {
  let a = lanes[0]!;
  let b = lanes[1]!;
  let c = lanes[2]!;
  let d = lanes[3]!;
  a ^= Math.imul(rotate(Math.imul(word, C1), 15), C2);
  a = (Math.imul(rotate(a, 19) + b, 5) + 0x561ccd1b) | 0;
  b ^= Math.imul(rotate(Math.imul(word, C2), 16), C3);
  b = (Math.imul(rotate(b, 17) + c, 5) + 0x0bcaa747) | 0;
  c ^= Math.imul(rotate(Math.imul(word, C3), 17), C4);
  c = (Math.imul(rotate(c, 15) + d, 5) + 0x96cd1c35) | 0;
  d ^= Math.imul(rotate(Math.imul(word, C4), 18), C1);
  d = (Math.imul(rotate(d, 13) + a, 5) + 0x32ac3b17) | 0;
  lanes[0] = a;
  lanes[1] = b;
  lanes[2] = c;
  lanes[3] = d;
}

/** Adds bytes[start, end) and their number, so that no two sequences of fields run into one another. */
export function addBytes(lanes: Lanes, bytes: Uint8Array, start: number, end: number): void {
  let at = start;
  for (; at + 4 <= end; at += 4) {
    addWord(lanes, bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
  }
  let tail = 0;
  for (let shift = 0; at < end; at++, shift += 8) tail |= bytes[at]! << shift;
  addWord(lanes, tail);
  addWord(lanes, end - start);
}

export function finishHash(lanes: Lanes): void {
  for (let i = 0; i < 4; i++) lanes[i] = mix(lanes[i]!);
  const sum = (lanes[0]! + lanes[1]! + lanes[2]! + lanes[3]!) | 0;
  for (let i = 0; i < 4; i++) lanes[i] = mix((lanes[i]! + Math.imul(sum, i + 1)) | 0);
}

const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

function mix(word: number): number {
  let x = word;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Guesses at what someone meant: for misspelt options, renamed columns, mistyped contracts. */

/** The candidate that `word` was most likely meant to be, or null if none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const wanted = plain(word);
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = likeness(wanted, plain(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `; did you mean 'files'?`, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const guess = nearest(word, candidates);
  return guess === null ? '' : `; did you mean '${guess}'?`;
}

/** `Cust_ID`, `cust id` and `CustID` are the same name. */
const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** 0 for the same name, more for less alike, infinite for names that are not alike at all. */
function likeness(a: string, b: string): number {
  if (a === b) return 0;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  const distance = editDistance(a, b);
  if (distance <= Math.max(1, Math.floor(long.length / 4))) return distance;
  // Names are shortened by leaving letters out: CustID for CustomerID, Qty for Quantity.
  const shortened = short.length >= 3 && short.length * 3 > long.length && short[0] === long[0];
  return shortened && isSubsequence(short, long) ? distance : Number.POSITIVE_INFINITY;
}

function isSubsequence(short: string, long: string): boolean {
  let next = 0;
  for (const letter of long) if (letter === short[next]) next++;
  return next === short.length;
}

/** Letters to put in, take out, change, or swap with their neighbour. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= a.length; row++) {
    const above = rows[row - 1]!;
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      let least = Math.min(above[column - 1]! + same, above[column]! + 1, current[column - 1]! + 1);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) least = Math.min(least, rows[row - 2]![column - 2]! + 1);
      current.push(least);
    }
    rows.push(current);
  }
  return rows[a.length]![b.length]!;
}

/** Eigenvalues and eigenvectors of a small symmetric matrix. */

/** matrix = vectors · diagonal(values) · vectorsᵀ */
export interface Eigen {
  /** In no particular order. [size] */
  readonly values: Float64Array;
  /** Columns are the vectors, each of length 1. [size, size] */
  readonly vectors: Float64Array;
}

/** Rounds over all pairs after which Jacobi's method has ended long ago: it takes six to ten. */
const ROUNDS = 60;

/**
 * Jacobi's method, pair by pair in the order of rows (Golub and Van Loan, Matrix Computations, 8.5): each rotation
 * makes one pair of entries zero, until all of them are to the last digit. Takes about 30 size³ multiply-adds. `matrix`
 * [size, size] is read only.
 */
export function eigenOf(matrix: Float64Array, size: number): Eigen {
  const a = matrix.slice();
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  const least = Number.EPSILON * Math.hypot(...diagonalOf(a, size));
  for (let round = 0, rotated = true; rotated && round < ROUNDS; round++) {
    rotated = false;
    for (let p = 0; p < size - 1; p++) {
      for (let q = p + 1; q < size; q++) {
        if (!(Math.abs(a[p * size + q]!) > least)) continue;
        rotate(a, vectors, size, p, q);
        rotated = true;
      }
    }
  }
  return { values: diagonalOf(a, size), vectors };
}

const diagonalOf = (a: Float64Array, size: number): Float64Array =>
  Float64Array.from({ length: size }, (_, i) => a[i * size + i]!);

/** Turns the plane of axes p and q so that entry (p, q) becomes zero. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const half = (a[q * size + q]! - a[p * size + p]!) / (2 * a[p * size + q]!);
  const tangent = (half < 0 ? -1 : 1) / (Math.abs(half) + Math.hypot(1, half));
  const cosine = 1 / Math.hypot(1, tangent);
  const sine = tangent * cosine;
  for (let i = 0; i < size; i++) turn(a, i * size + p, i * size + q, cosine, sine);
  for (let i = 0; i < size; i++) turn(a, p * size + i, q * size + i, cosine, sine);
  for (let i = 0; i < size; i++) turn(vectors, i * size + p, i * size + q, cosine, sine);
  a[p * size + q] = 0;
  a[q * size + p] = 0;
}

function turn(values: Float64Array, p: number, q: number, cosine: number, sine: number): void {
  const value = values[p]!;
  const other = values[q]!;
  values[p] = cosine * value - sine * other;
  values[q] = sine * value + cosine * other;
}

/** Coordinates in which what all rows of a half have in common is the unit matrix: see assembly/als/steps.ts. */
import { place } from './place.ts';
import type { Kernels } from './wasm.ts';

interface Exports {
  timesMatrix(out: number, rows: number, count: number, size: number, matrix: number): void;
  alsGramian(rows: number, count: number, size: number, sums: number, scratch: number): void;
}

/** Of L, with L Lᵀ = a0 G + μ. Rows of factors times these; each [stride × stride]. */
export interface Basis {
  /** μ: about the rows' penalties. */
  readonly penalty: number;
  /** L⁻¹: from the coordinates to factors. */
  readonly inverse: Float32Array;
  /** L⁻ᵀ: takes the other side's factors, and right sides, to the coordinates. */
  readonly transposed: Float32Array;
  /** L⁻¹ L⁻ᵀ: what a penalty is there. */
  readonly excess: Float32Array;
}

/** Rows of a panel whose products are added up in floats. */
const PANEL_ROWS = 2048;

/** rowsᵀ rows, on and above the diagonal: panels of a fixed size in floats, added up in doubles. [stride × stride] */
export function gramianOf(kernels: Kernels, rows: Float32Array, stride: number): Float64Array {
  const { alsGramian } = kernels.exports as unknown as Exports;
  const size = stride * 4;
  const count = rows.length / stride;
  const mark = kernels.mark();
  const sums = kernels.allocZeroed(stride * stride * 8);
  const scratch = kernels.alloc(stride * stride * 4);
  const start = place(kernels, rows);
  for (let from = 0; from < count; from += PANEL_ROWS)
    alsGramian(start + from * size, Math.min(PANEL_ROWS, count - from), size, sums, scratch);
  const gramian = new Float64Array(kernels.bytes.buffer, sums, stride * stride).slice();
  kernels.release(mark);
  return gramian;
}

/** The coordinates for a Gramian, of which what is on and above the diagonal counts, times `unobserved`. */
export function basisOf(gramian: Float64Array, stride: number, unobserved: number, penalty: number): Basis {
  const matrix = gramian.map(value => value * unobserved);
  for (let at = 0; at < stride; at++) matrix[at * (stride + 1)]! += penalty;
  const upper = cholesky(matrix, stride);
  const transposed = invertUpper(upper, stride);
  const inverse = new Float32Array(stride * stride);
  const excess = new Float32Array(stride * stride);
  for (let row = 0; row < stride; row++) {
    for (let column = 0; column < stride; column++) {
      inverse[column * stride + row] = transposed[row * stride + column]!;
      // (L⁻¹ L⁻ᵀ): rows of L⁻¹ are columns of L⁻ᵀ, which end at the diagonal.
      let sum = 0;
      const end = Math.min(row, column);
      for (let at = 0; at <= end; at++) sum += transposed[at * stride + row]! * transposed[at * stride + column]!;
      excess[row * stride + column] = sum;
    }
  }
  return { penalty: Math.fround(penalty), inverse, transposed: Float32Array.from(transposed), excess };
}

/** U of Uᵀ U = matrix, of which what is on and above the diagonal counts. Throws when it is not positive definite. */
export function cholesky(matrix: Float64Array, size: number): Float64Array {
  const upper = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = row; column < size; column++) {
      let sum = matrix[row * size + column]!;
      for (let at = 0; at < row; at++) sum -= upper[at * size + row]! * upper[at * size + column]!;
      if (row === column && !(sum > 0))
        throw new Error(`least squares have no one solution (pivot ${sum} in row ${row}): a penalty must be above 0`);
      upper[row * size + column] = row === column ? Math.sqrt(sum) : sum / upper[row * size + row]!;
    }
  }
  return upper;
}

function invertUpper(upper: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    inverse[column * size + column] = 1 / upper[column * size + column]!;
    for (let row = column - 1; row >= 0; row--) {
      let sum = 0;
      for (let at = row + 1; at <= column; at++) sum += upper[row * size + at]! * inverse[at * size + column]!;
      inverse[row * size + column] = -sum / upper[row * size + row]!;
    }
  }
  return inverse;
}

/** Rows times a matrix of a basis; new, in the kernels' memory. [rows × stride] */
export function timesMatrix(kernels: Kernels, rows: Float32Array, matrix: Float32Array, stride: number): Float32Array {
  const { timesMatrix: multiply } = kernels.exports as unknown as Exports;
  const count = rows.length / stride;
  // Rows go four at a time; what comes of those behind the last is not looked at.
  const out = kernels.alloc((rows.length + 3 * stride) * 4);
  const mark = kernels.mark();
  const padded = kernels.alloc((rows.length + 3 * stride) * 4);
  new Float32Array(kernels.bytes.buffer, padded, rows.length).set(rows);
  multiply(out, padded, (count + 3) & ~3, stride * 4, place(kernels, matrix));
  kernels.release(mark);
  return new Float32Array(kernels.bytes.buffer, out, rows.length);
}

/** Finds where a smooth function of a few numbers is least, and how sharply it rises from there. */

/** Writes the gradient at a point and returns the function's value there; NaN or infinity where there is none. */
export type Objective = (at: Float64Array, gradient: Float64Array) => number;

export interface Minimum {
  readonly at: Float64Array;
  readonly value: number;
  /** Whether the gradient vanished before the steps were used up or the search went beyond its limits. */
  readonly converged: boolean;
  readonly steps: number;
}

const STEPS_MAX = 300;
/** No part of the gradient may be larger: the functions are means over customers, of the size of 1. */
const GRADIENT_MAX = 1e-8;
/** Where rounding keeps the value from falling any further, a gradient of this size has to do. */
const GRADIENT_ROUNDED = 1e-6;
/** A step changes no parameter by more: they are logarithms, so it is a factor of e². */
const CHANGE_MAX = 2;
/** Parameters beyond e^±12 are no estimate: the likelihood rises for ever in that direction. */
const PARAMETER_MAX = 12;
const HALVINGS_MAX = 40;
/** Armijo's condition: the share of the promised decrease that a step must bring. */
const DECREASE = 1e-4;
/** Changes of the value below this, as a share of it, may be rounding: there the slope decides, which is finer. */
const ROUNDING = 1e-11;
/** The share of the slope that may be left then. */
const FLATTER = 0.9;

/**
 * BFGS with backtracking (Nocedal & Wright, Numerical Optimization, 2006, algorithm 6.1). Nothing is random: equal
 * functions give equal bits.
 */
export function minimise(objective: Objective, start: readonly number[]): Minimum {
  const size = start.length;
  let at = Float64Array.from(start);
  let gradient: Float64Array = new Float64Array(size);
  let value = objective(at, gradient);
  let inverse = identity(size);
  for (let steps = 0; steps < STEPS_MAX; steps++) {
    if (largest(gradient) <= GRADIENT_MAX) return { at, value, converged: true, steps };
    let direction = descent(inverse, gradient);
    if (!(dot(direction, gradient) < 0)) {
      inverse = identity(size);
      direction = descent(inverse, gradient);
    }
    const next = search(objective, { at, value, gradient, direction });
    if (next === null) return { at, value, converged: largest(gradient) <= GRADIENT_ROUNDED, steps };
    update(inverse, difference(next.at, at), difference(next.gradient, gradient));
    ({ at, value, gradient } = next);
    if (largest(at) > PARAMETER_MAX) return { at, value, converged: false, steps };
  }
  return { at, value, converged: false, steps: STEPS_MAX };
}

/**
 * The covariance of parameters estimated by maximum likelihood: the inverse of the observed information, which is
 * `count` times the Hessian of the mean negative log-likelihood. Null when that has no minimum here.
 */
export function covarianceAt(objective: Objective, at: Float64Array, count: number): number[][] | null {
  const size = at.length;
  const step = 1e-4;
  const hessian = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  const [above, below] = [new Float64Array(size), new Float64Array(size)];
  for (let column = 0; column < size; column++) {
    const moved = Float64Array.from(at);
    moved[column] = at[column]! + step;
    objective(moved, above);
    moved[column] = at[column]! - step;
    objective(moved, below);
    for (let row = 0; row < size; row++) {
      const second = ((above[row]! - below[row]!) / (2 * step)) * count;
      hessian[row]![column]! += second / 2;
      hessian[column]![row]! += second / 2;
    }
  }
  return inverseOf(hessian);
}

interface Point {
  readonly at: Float64Array<ArrayBuffer>;
  readonly value: number;
  readonly gradient: Float64Array;
}

/**
 * The first point of the ray, by halves, whose value is less by enough, or as small as can be told and the slope flatter
 * (W. Hager, H. Zhang: A New Conjugate Gradient Method, SIAM Journal on Optimization 16, 2005); null when there is none.
 */
function search(
  objective: Objective,
  { at, value, gradient, direction }: Point & { readonly direction: Float64Array },
): Point | null {
  const slope = dot(direction, gradient);
  let length = Math.min(1, CHANGE_MAX / largest(direction));
  for (let halving = 0; halving < HALVINGS_MAX; halving++, length /= 2) {
    const next = at.map((from, index) => from + length * direction[index]!);
    const nextGradient = new Float64Array(at.length);
    const nextValue = objective(next, nextGradient);
    const isLess = nextValue <= value + DECREASE * length * slope;
    const isAsSmall = Math.abs(nextValue - value) <= ROUNDING * Math.max(1, Math.abs(value));
    if (isLess || (isAsSmall && Math.abs(dot(direction, nextGradient)) <= -FLATTER * slope)) {
      return { at: next, value: nextValue, gradient: nextGradient };
    }
  }
  return null;
}

/** The rank-two update of the inverse Hessian; left out where the function is not convex along the step. */
function update(inverse: number[][], step: Float64Array, change: Float64Array): void {
  const curvature = dot(step, change);
  if (!(curvature > 1e-16)) return;
  const moved = inverse.map(row => dot(row, change));
  const scale = (1 + dot(moved, change) / curvature) / curvature;
  for (let row = 0; row < step.length; row++) {
    for (let column = 0; column < step.length; column++) {
      inverse[row]![column]! +=
        scale * step[row]! * step[column]! - (moved[row]! * step[column]! + step[row]! * moved[column]!) / curvature;
    }
  }
}

/** The inverse of a symmetric matrix by Gauss-Jordan; null unless it is positive definite, all pivots being positive. */
function inverseOf(matrix: readonly (readonly number[])[]): number[][] | null {
  const size = matrix.length;
  const rows = matrix.map((row, index) => [...row, ...identity(size)[index]!]);
  for (let pivot = 0; pivot < size; pivot++) {
    const divisor = rows[pivot]![pivot]!;
    if (!(divisor > 0)) return null;
    rows[pivot] = rows[pivot]!.map(value => value / divisor);
    for (let row = 0; row < size; row++) {
      if (row === pivot) continue;
      const factor = rows[row]![pivot]!;
      rows[row] = rows[row]!.map((value, column) => value - factor * rows[pivot]![column]!);
    }
  }
  return rows.map(row => row.slice(size));
}

const identity = (size: number): number[][] =>
  Array.from({ length: size }, (_, row) => Array.from({ length: size }, (_, column) => (row === column ? 1 : 0)));

const descent = (inverse: readonly number[][], gradient: Float64Array): Float64Array =>
  Float64Array.from(inverse, row => -dot(row, gradient));

const difference = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, index) => value - b[index]!);

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

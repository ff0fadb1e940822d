/** ln Γ and its derivative for positive numbers: what the likelihoods of the value models are made of. */

/** From here on the asymptotic series, cut after the terms below, errs by less than the rounding of a double. */
const SERIES_FROM = 10;

const HALF_LN_2_PI = 0.9189385332046727;

/**
 * ln Γ(x) for x > 0: Stirling's series (Abramowitz & Stegun 6.1.40), reached by Γ(x) = Γ(x + 1) / x.
 * The error is below 1e-14 · max(1, |ln Γ(x)|).
 */
export function lnGamma(x: number): number {
  let product = 1;
  let at = x;
  for (; at < SERIES_FROM; at++) product *= at;
  const inverse = 1 / at;
  const square = inverse * inverse;
  const series =
    inverse *
    (1 / 12 -
      square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188 - (square * 691) / 360360)))));
  return (at - 0.5) * Math.log(at) - at + HALF_LN_2_PI + series - Math.log(product);
}

/**
 * ψ(x), the derivative of ln Γ, for x > 0: its asymptotic series (Abramowitz & Stegun 6.3.18), reached by
 * ψ(x) = ψ(x + 1) − 1 / x. The error is below 1e-14 · max(1, |ψ(x)|).
 */
export function digamma(x: number): number {
  let shifted = 0;
  let at = x;
  for (; at < SERIES_FROM; at++) shifted += 1 / at;
  const inverse = 1 / at;
  const square = inverse * inverse;
  const series =
    square *
    (1 / 12 -
      square *
        (1 / 120 -
          square * (1 / 252 - square * (1 / 240 - square * (1 / 132 - square * (691 / 32760 - square * (1 / 12)))))));
  return Math.log(at) - 0.5 * inverse - series - shifted;
}

import { expect, it } from 'vitest';
import { seeded } from '../test/random.ts';
import { eigenOf } from './eigen.ts';
import { randomFactors } from './purchases.fixture.ts';

/** Σ_e vectors[i, e] · values[e] · vectors[j, e] */
const composed = (values: Float64Array, vectors: Float64Array, size: number, i: number, j: number): number =>
  values.reduce((sum, value, e) => sum + vectors[i * size + e]! * value * vectors[j * size + e]!, 0);

it.each([1, 2, 3, 8, 40])('a symmetric matrix of %i rows is made of its eigenvalues and vectors', size => {
  const half = randomFactors(seeded(size), size * size);
  const matrix = Float64Array.from(half, (value, at) => value + half[(at % size) * size + Math.floor(at / size)]!);
  // Two rows that say the same leave an eigenvalue of zero.
  if (size > 3) for (let i = 0; i < size; i++) matrix[size + i] = matrix[i * size + 1] = 0;
  const before = matrix.slice();
  const { values, vectors } = eigenOf(matrix, size);
  expect(matrix).toEqual(before);
  const ones = new Float64Array(size).fill(1);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      expect(composed(values, vectors, size, i, j)).toBeCloseTo(matrix[i * size + j]!, 11);
      expect(composed(ones, vectors, size, i, j)).toBeCloseTo(i === j ? 1 : 0, 12);
    }
  }
});

it('zeros are their own eigenvalues', () => {
  expect(eigenOf(new Float64Array(4), 2)).toEqual({
    values: Float64Array.of(0, 0),
    vectors: Float64Array.of(1, 0, 0, 1),
  });
});

import { expect, it } from 'vitest';
import { place } from './place.ts';
import { createKernels } from './wasm.ts';

it('copies what is elsewhere and finds what is already there', () => {
  const kernels = createKernels(1 << 20);
  const outside = new Int32Array([1, 2, 3, 4]).subarray(1, 3);
  const start = place(kernels, outside);
  const inside = new Int32Array(kernels.bytes.buffer, start, 2);
  expect([...inside]).toEqual([2, 3]);
  const mark = kernels.mark();
  expect(place(kernels, inside.subarray(1))).toBe(start + 4);
  expect(kernels.mark()).toBe(mark);
});

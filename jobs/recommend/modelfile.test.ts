import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { below, between, listOf, pick, type Random, seeded, textOf } from '../../test/random.ts';
import { blendOf, DEFAULT_CHOICE } from './choice.ts';
import { decodeModel, encodeModel, type RecommendModel } from './modelfile.ts';
import { trainingOptions } from './training.ts';

/** A model of nothing that anybody learned: any numbers do. */
function randomModel(random: Random): RecommendModel {
  const items = between(random, 0, 9);
  const options = { ...trainingOptions({ ...DEFAULT_CHOICE.als, rank: 8 }, items) };
  const floats = (length: number) => Float32Array.from(listOf(length, () => random() - 0.5));
  return {
    products: listOf(items, () => textOf(random, ['a', '7', 'é', '東', '"', ''], 6)),
    popularity: Int32Array.from(listOf(items, () => below(random, 1000))),
    customers: below(random, 1000),
    asOf: between(random, 10_000, 20_000),
    halfLife: pick(random, [null, 90.5]),
    top: between(random, 1, 20),
    blends: { again: blendOf({ frequency: 1, als: random() }), new: blendOf({ ease: 1 }) },
    versions: { again: 'ab', new: 'cd' },
    als: pick(random, [null, { options, factors: floats(items * 8) }]),
    ease: pick(random, [null, floats(items * items)]),
  };
}

const refusal = (bytes: Uint8Array): unknown => {
  try {
    return decodeModel(bytes, 'model.bin');
  } catch (error) {
    return error;
  }
};

describe('the file of a model', () => {
  it('holds the model, bit for bit, wherever its bytes lie', () => {
    const random = seeded(1);
    for (let i = 0; i < 200; i++) {
      const model = randomModel(random);
      const bytes = encodeModel(model);
      const shifted = new Uint8Array(bytes.length + 3);
      shifted.set(bytes, 3);
      expect(decodeModel(bytes, 'model.bin')).toEqual(model);
      expect(decodeModel(shifted.subarray(3), 'model.bin')).toEqual(model);
      expect(encodeModel(model)).toEqual(bytes);
    }
  });

  it('is refused when any byte is another, or is missing, or is too many', () => {
    const random = seeded(2);
    const bytes = encodeModel(randomModel(random));
    const damaged = { details: { code: 'E_DAMAGED', where: 'model.bin' } };
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at]! ^= 1 << below(random, 8);
      expect(refusal(changed), `byte ${at}`).toMatchObject(damaged);
      expect(refusal(bytes.subarray(0, at)), `cut at ${at}`).toMatchObject(damaged);
    }
    expect(refusal(Buffer.concat([bytes, Buffer.from('x')]))).toMatchObject(damaged);
  });

  it('is refused when another version or another program wrote it, sound as it may be', () => {
    const written = (magic: string) => {
      const bytes = Buffer.from(encodeModel(randomModel(seeded(3)))).subarray(0, -32);
      bytes.write(magic);
      return Buffer.concat([bytes, createHash('sha256').update(bytes).digest()]);
    };
    expect(refusal(written('endcapR2'))).toMatchObject({ details: { code: 'E_VERSION' } });
    expect(refusal(written('ENDCAPR1'))).toMatchObject({ details: { code: 'E_DAMAGED' } });
  });
});

import { describe, expect, it } from 'vitest';
import { EASE_ITEMS_MAX } from '../../base/limits.ts';
import { BASELINES, blendOf, blendText, changedChoice, DEFAULT_CHOICE, possibleChoice, TIES } from './choice.ts';

describe('a choice', () => {
  it('changes where a person says so, and nowhere else', () => {
    expect(changedChoice(DEFAULT_CHOICE, {})).toEqual(DEFAULT_CHOICE);
    const { als, ...rest } = changedChoice(DEFAULT_CHOICE, { rank: 10, iterations: 12, top: 3 });
    expect(als).toEqual({ ...DEFAULT_CHOICE.als, rank: 10, iterations: 12 });
    expect(rest).toMatchObject({ top: 3, lists: DEFAULT_CHOICE.lists, ease: DEFAULT_CHOICE.ease });
  });

  it('of a model is that model, beside the habits where there are any', () => {
    const { lists } = changedChoice(DEFAULT_CHOICE, { model: 'ease' });
    expect(lists).toEqual({
      again: { als: 0, ease: 1, frequency: 1, popularity: TIES },
      new: { als: 0, ease: 1, frequency: 0, popularity: 0 },
    });
    expect(changedChoice(DEFAULT_CHOICE, { model: 'frequency' }).lists).toEqual(BASELINES);
  });

  it('has no EASE for more products than that is for, and says so', () => {
    const choice = { ...DEFAULT_CHOICE, lists: { ...DEFAULT_CHOICE.lists, new: blendOf({ ease: 1 }) } };
    expect(possibleChoice(choice, EASE_ITEMS_MAX)).toEqual({ choice, notes: [] });
    const { choice: possible, notes } = possibleChoice(choice, EASE_ITEMS_MAX + 1);
    expect(possible.lists).toEqual({ again: choice.lists.again, new: BASELINES.new });
    expect(notes).toEqual([expect.stringContaining('without ease')]);
    expect(possibleChoice(DEFAULT_CHOICE, 1_000_000)).toEqual({ choice: DEFAULT_CHOICE, notes: [] });
  });

  it.each([
    [{ frequency: 1, als: 3, popularity: TIES }, 'frequency + 3 als'],
    [{ als: 1, ease: 0.3 }, 'als + 0.3 ease'],
    [{ ease: 2 }, 'ease'],
    [{ popularity: 1 }, 'popularity'],
  ])('is called by its parts: %j', (parts, text) => expect(blendText(blendOf(parts))).toBe(text));
});

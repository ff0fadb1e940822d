/** Which recommender makes each list: chosen by `endcap tune`, or the defaults below. */
import { EASE_ITEMS_MAX } from '../../base/limits.ts';

/** Implicit alternating least squares; see kernels/als.ts for the loss. */
export interface AlsParameters {
  readonly rank: number;
  readonly iterations: number;
  /** λ: of each row times (its pairs + unobserved × columns). */
  readonly regularization: number;
  /** a₀: how much a product that a customer did not buy counts, a bought one counting as its weight. */
  readonly unobserved: number;
}

/** The closed form of Steck 2019, where the catalogue is small. */
export interface EaseParameters {
  readonly regularization: number;
}

/** A score is the sum of what each part says times its weight here; a part of no weight is not computed. */
export interface Blend {
  readonly als: number;
  readonly ease: number;
  /** Logarithm of one and the customer's own decayed count. */
  readonly frequency: number;
  /** Share of the customers who have the product. */
  readonly popularity: number;
}

export const LISTS = ['again', 'new'] as const;
/** `again`: what the customer bought before. `new`: what not. */
export type ListName = (typeof LISTS)[number];

export interface Choice {
  readonly als: AlsParameters;
  readonly ease: EaseParameters;
  /** Days after which a purchase is worth half as much; null for never. */
  readonly halfLife: number | null;
  readonly lists: Readonly<Record<ListName, Blend>>;
  /** Products on each list. */
  readonly top: number;
}

const NOTHING: Blend = { als: 0, ease: 0, frequency: 0, popularity: 0 };

export const blendOf = (parts: Partial<Blend>): Blend => ({ ...NOTHING, ...parts });

/** So little that it decides only between products that the customer bought equally often. */
export const TIES = 1e-4;

/** What each list has to beat: one's own habits, most frequent first, and what most customers buy. */
export const BASELINES: Readonly<Record<ListName, Blend>> = {
  again: blendOf({ frequency: 1, popularity: TIES }),
  new: blendOf({ popularity: 1 }),
};

export const DEFAULT_CHOICE: Choice = {
  als: { rank: 64, iterations: 10, regularization: 0.03, unobserved: 1 },
  ease: { regularization: 2000 },
  halfLife: null,
  lists: { again: blendOf({ frequency: 1, als: 1, popularity: TIES }), new: blendOf({ als: 1 }) },
  top: 10,
};

/** The name of what makes a list, for people: `als`, `frequency + ease`. */
export const blendName = (blend: Blend): string =>
  (Object.keys(NOTHING) as (keyof Blend)[])
    .filter(part => blend[part] > TIES)
    .toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b))
    .join(' + ');

const ORDER: readonly (keyof Blend)[] = ['frequency', 'als', 'ease', 'popularity'];

/** Models that can be asked for: `frequency` stands for the baselines, which nothing has to be learned for. */
export const MODELS = ['als', 'ease', 'frequency'] as const;
export type ModelName = (typeof MODELS)[number];

/** What a person wants otherwise than it was chosen. */
export interface ChoiceChanges {
  readonly model?: ModelName | undefined;
  readonly rank?: number | undefined;
  readonly iterations?: number | undefined;
  readonly top?: number | undefined;
  /** False publishes the lists of the choice without trying them out. (Default: true) */
  readonly gate?: boolean | undefined;
}

export function changedChoice(choice: Choice, { model, rank, iterations, top }: ChoiceChanges): Choice {
  const { als, lists } = choice;
  return {
    ...choice,
    als: { ...als, rank: rank ?? als.rank, iterations: iterations ?? als.iterations },
    lists: model === undefined ? lists : listsOf(model),
    top: top ?? choice.top,
  };
}

const listsOf = (model: ModelName): Choice['lists'] =>
  model === 'frequency'
    ? BASELINES
    : {
        again: blendOf({ frequency: 1, [model]: 1, popularity: TIES }),
        new: blendOf({ [model]: 1 }),
      };

/** EASE has a number for each pair of products, which of a large catalogue are too many. */
export const isSmall = (products: number, most = EASE_ITEMS_MAX): boolean => products <= most;

/** A list that needs EASE is the baseline where the catalogue has outgrown that. Notes are sentences for people. */
export function possibleChoice(choice: Choice, products: number): { choice: Choice; notes: readonly string[] } {
  if (isSmall(products) || LISTS.every(list => choice.lists[list].ease === 0)) return { choice, notes: [] };
  const blend = (list: ListName) => (choice.lists[list].ease === 0 ? choice.lists[list] : BASELINES[list]);
  const note = `recommendations are made without ease, which is for up to ${EASE_ITEMS_MAX} products: there are ${products}; endcap tune DIR chooses anew`;
  return { choice: { ...choice, lists: { again: blend('again'), new: blend('new') } }, notes: [note] };
}

/** The name with weights, where these say anything: `frequency + 3 als`. */
export const blendText = (blend: Blend): string =>
  blendName(blend)
    .split(' + ')
    .map((part, _, parts) => {
      const weight = blend[part as keyof Blend];
      return weight === 1 || parts.length === 1 ? part : `${weight} ${part}`;
    })
    .join(' + ');

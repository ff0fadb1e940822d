/** Limits of basket rules, and why each is that number. */

export interface BasketLimits {
  /** A product or set of products in fewer baskets than this is left out, whatever the shop's size: once is no habit. */
  readonly countMin: number;
  /** As is one that is in less than one of so many baskets. */
  readonly basketsPerCount: number;
  /** Sets of two and more products that are counted; where there are more, the least count is doubled until they fit. */
  readonly itemsetsMax: number;
  /** Sets that all blocks together may hand in: 16 bytes each, and their hashes, are in the memory of one task. */
  readonly handedInMax: number;
}

export const BASKET_LIMITS: BasketLimits = {
  countMin: 2,
  basketsPerCount: 10_000,
  itemsetsMax: 100_000,
  handedInMax: 8_000_000,
};

/** Products of an itemset: rules have up to three on their left side, which is what a person can still make use of. */
export const ITEMS_MAX = 4;

/** A rule that holds for fewer than one in ten baskets with its left side is no offer. */
export const CONFIDENCE_MIN = 0.1;

/**
 * Chance that a shop where nothing goes with anything would have any rule of two products that is said to be beyond
 * chance, and likewise of three and of four. In the electronics data set 325 pairs of products are on three orders or more, and about as many are when its products are
 * shuffled among its lines.
 */
export const CHANCE_MAX = 0.05;

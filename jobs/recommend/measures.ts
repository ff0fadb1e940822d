/** How good a list is, told by what the customer bought later. */

/** Sums over customers who bought something that the list could have named. */
export interface Measures {
  readonly customers: number;
  /** Of what was bought, the share that the list names. */
  readonly recall: number;
  /** Normalised discounted cumulative gain of binary relevance (Järvelin and Kekäläinen 2002). */
  readonly ndcg: number;
  /** Mean over the list's hits of the precision down to each (mean average precision, cut at the list's end). */
  readonly map: number;
  /** Whether it names anything that was bought. */
  readonly hit: number;
  /** −log₂ of the share of customers who have a product, averaged over the list: surprising products are new to most. */
  readonly novelty: number;
}

export const NO_MEASURES: Measures = { customers: 0, recall: 0, ndcg: 0, map: 0, hit: 0, novelty: 0 };

export const addMeasures = (a: Measures, b: Measures): Measures => ({
  customers: a.customers + b.customers,
  recall: a.recall + b.recall,
  ndcg: a.ndcg + b.ndcg,
  map: a.map + b.map,
  hit: a.hit + b.hit,
  novelty: a.novelty + b.novelty,
});

/** The sums as means. */
export const meanOf = ({ customers, ...sums }: Measures): Measures => {
  const mean = (sum: number) => (customers === 0 ? 0 : sum / customers);
  const [recall, ndcg, map, hit] = [mean(sums.recall), mean(sums.ndcg), mean(sums.map), mean(sums.hit)];
  return { customers, recall, ndcg, map, hit, novelty: mean(sums.novelty) };
};

/**
 * Of one customer. `list` has places in the catalogue, the best first, and −1 behind the last; `truths` what was bought
 * later, rising and not empty; `novelties` the −log₂ of each product's share of customers.
 */
export function measure(list: Int32Array, truths: Int32Array, novelties: Float64Array): Measures {
  let [hits, gain, precision, novelty, length] = [0, 0, 0, 0, 0];
  for (; length < list.length && list[length]! >= 0; length++) {
    const item = list[length]!;
    novelty += novelties[item]!;
    if (!includes(truths, item)) continue;
    hits++;
    gain += discount(length);
    precision += hits / (length + 1);
  }
  const possible = Math.min(list.length, truths.length);
  let ideal = 0;
  for (let place = 0; place < possible; place++) ideal += discount(place);
  return {
    customers: 1,
    recall: hits / truths.length,
    ndcg: gain / ideal,
    map: precision / possible,
    hit: hits > 0 ? 1 : 0,
    novelty: length === 0 ? 0 : novelty / length,
  };
}

const discount = (place: number): number => 1 / Math.log2(place + 2);

function includes(rising: Int32Array, value: number): boolean {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return rising[low] === value;
}

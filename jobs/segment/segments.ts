/** The names of segments, what each suggests to do, and which scores are which. */

export interface Segment {
  readonly name: string;
  readonly action: string;
}

/** The most valuable first. */
export const SEGMENTS: readonly Segment[] = [
  { name: 'Champions', action: 'Reward them, ask for reviews, let them try what is new first' },
  { name: 'Loyal', action: 'Offer what costs more and a loyalty programme' },
  { name: 'Potential loyalists', action: 'Recommend other products, offer membership' },
  { name: 'New customers', action: 'Welcome them and help with the second purchase' },
  { name: 'Promising', action: 'Remind them of the shop with a small offer' },
  { name: 'Need attention', action: 'Make an offer that ends soon, based on past purchases' },
  { name: 'About to sleep', action: 'Recommend popular products before they are gone' },
  { name: "Can't lose", action: 'Talk to them in person and win them back' },
  { name: 'At risk', action: 'Write to them personally with an offer to return' },
  { name: 'Hibernating', action: 'Write seldom, with other categories or a discount' },
  { name: 'Lost', action: 'Spend nothing on them but one last campaign' },
];

/** By recency score, the highest first, then by the score of the second axis: total and disjoint, so no customer is in none or two. */
const GRID: readonly (readonly string[])[] = [
  ['New customers', 'Potential loyalists', 'Potential loyalists', 'Champions', 'Champions'],
  ['Promising', 'Potential loyalists', 'Potential loyalists', 'Loyal', 'Loyal'],
  ['About to sleep', 'About to sleep', 'Need attention', 'Loyal', 'Loyal'],
  ['Hibernating', 'Hibernating', 'At risk', 'At risk', "Can't lose"],
  ['Lost', 'Hibernating', 'At risk', 'At risk', "Can't lose"],
];

/** Of four clusters, the most valuable first. */
const CLUSTERED = ['Champions', 'Potential loyalists', 'Promising', 'Need attention'];

/** The segment of both scores, 1 to 5 each. */
export const segmentOf = (recency: number, second: number): string => GRID[5 - recency]![second - 1]!;

/** The segment of a cluster, counted from 1. */
export const segmentOfCluster = (cluster: number): string => CLUSTERED[cluster - 1]!;

/** The segments that clusters can be. */
export const CLUSTER_SEGMENTS: readonly Segment[] = SEGMENTS.filter(({ name }) => CLUSTERED.includes(name));

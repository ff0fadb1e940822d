import type { MemoryAdvice } from '../registry.ts';

/** What to do about a task that needs more memory than it has. */
export function memoryAdvice(kind: string, input: { readonly block?: number }): MemoryAdvice {
  const { block } = input;
  return {
    what: 'what is bought together cannot be found',
    where: block === undefined ? `all customers, ${kind}` : `customer block ${block}`,
    why: 'the lines of one customer, and the sets of products that come often, are held together',
    next: 'see whether one customer id stands for all who have none, or product ids are as good as random',
  };
}

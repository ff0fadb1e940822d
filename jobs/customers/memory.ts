import { ofBlock } from '../clean/memory.ts';
import type { MemoryAdvice } from '../registry.ts';
import type { BlockInput } from './block.ts';

/** What to do about a block that needs more memory than a task has; cohorts of all blocks are one small table. */
export const memoryAdvice = (kind: string, { block }: BlockInput): MemoryAdvice | null =>
  kind === 'customers.cohort' ? null : ofBlock([block]);

import { ofBlock } from '../clean/memory.ts';
import type { MemoryAdvice } from '../registry.ts';
import type { BlockInput } from './block.ts';

/** What to do about a block that needs more memory than a task has. */
export const memoryAdvice = (_kind: string, { block }: BlockInput): MemoryAdvice => ofBlock([block]);

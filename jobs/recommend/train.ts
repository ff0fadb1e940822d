import { loadBlock } from '../../kernels/als.ts';
import { type TrainingOptions, train as trainHere } from '../../kernels/train.ts';
import type { TaskContext } from '../registry.ts';
import type { Trained } from './factors.ts';
import type { PairsOutput } from './pairs.ts';
import { readBought, writeSections } from './sections.ts';

export interface TrainInput {
  readonly blocks: readonly PairsOutput['sections'][];
}

/** The whole training of a data set of one span: the bits that stages of one task each would come to. */
export async function train({ blocks }: TrainInput, context: TaskContext<TrainingOptions>): Promise<Trained> {
  const { kernels, shared } = context;
  const span = [];
  for (const sections of blocks) span.push(loadBlock(kernels, await readBought(context, sections), shared.items));
  let y: Float32Array = new Float32Array();
  for (const trained of trainHere(kernels, [span], shared)) y = trained.y;
  return writeSections(context, 'factors.bin', { factors: y });
}

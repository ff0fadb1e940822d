import { VALUE_HOLDOUT_TABLE, VALUE_MODEL_TABLE } from '../../datasets/value.ts';
import type { PartFile } from '../../lake/manifest.ts';
import { encodeParquet } from '../../lake/parquet/write.ts';
import type { Slice } from '../../lake/slice.ts';
import { customerLines } from '../customers/lines.ts';
import type { TaskContext } from '../registry.ts';
import { fitValue, type ValueModels, type ValueSettings } from './models.ts';
import { createPopulation, POPULATION_COLUMNS } from './population.ts';
import { holdoutRows, modelRows } from './results.ts';

export interface FitInput {
  /** Profiles of all customers, block by block. */
  readonly slices: readonly Slice[];
  readonly customers: number;
}

export interface FitOutput {
  readonly models: ValueModels;
  /** value_model. */
  readonly told: PartFile;
  /** value_holdout; null where the models of the first period were refused. */
  readonly holdout: PartFile | null;
}

/** Fits the models to all customers. One task: a customer is four numbers here, and a million of them take seconds. */
export async function fit({ slices, customers }: FitInput, context: TaskContext<ValueSettings>): Promise<FitOutput> {
  const { kernels, shared: settings, write } = context;
  const builder = createPopulation(customers, settings.periods);
  for await (const { rows, starts } of customerLines(context, slices, POPULATION_COLUMNS)) {
    // Rows behind the last start come again with the next piece.
    builder.add(rows, starts.at(-1)!);
  }
  const models = fitValue(builder.finish(), settings.periods);
  const told = modelRows(models, settings);
  const holdout = models.holdout.ok ? holdoutRows(models.holdout) : null;
  return {
    models,
    told: await write('model.parquet', encodeParquet(kernels, VALUE_MODEL_TABLE, told), told.length),
    holdout:
      holdout && (await write('holdout.parquet', encodeParquet(kernels, VALUE_HOLDOUT_TABLE, holdout), holdout.length)),
  };
}

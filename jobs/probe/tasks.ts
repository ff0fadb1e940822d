/** Tasks that only try a cluster: cluster.conformance.ts and `endcap doctor` run them. */
import { UserError } from '../../base/errors.ts';
import type { TaskContext } from '../registry.ts';

export interface ProbeInput {
  readonly value: number;
  /** Fails until this many attempts have left their mark in the lake. */
  readonly failures?: number;
  /** Fails in a way that another attempt would not mend. */
  readonly refuse?: boolean;
  /** Asks for as much of the kernels' memory. */
  readonly bytes?: number;
}

/** Gives its input's value back. */
export async function echo(input: ProbeInput, { kernels, lake, scratch }: TaskContext): Promise<{ value: number }> {
  if (input.refuse) throw new UserError({ code: 'E_PROBE', what: 'the probe refuses', exitCode: 1 });
  if (input.bytes) kernels.alloc(input.bytes);
  if (input.failures) {
    await scratch('failure', Buffer.from('x'), 0);
    let marks = 0;
    for await (const _ of lake.list('lake/scratch/probe.echo/')) marks++;
    if (marks <= input.failures) throw new Error(`probe failure ${marks} of ${input.failures}`);
  }
  return { value: input.value };
}

/** The plan of a stage: what its tasks are, as data in the lake, and what identifies each. */
import { createHash } from 'node:crypto';
import type { Task } from '../cluster/task.ts';

export interface StagePlan<Shared = unknown, Input = unknown> {
  readonly kind: string;
  /** Hash of the code of the job: a deploy that changes it computes anew, any other deploy reuses. */
  readonly code: string;
  /** Address of the raw files; where they rest is no part of a task's identity. */
  readonly raw: string;
  readonly shared: Shared;
  readonly inputs: readonly Input[];
}

export interface PlannedStage {
  readonly plan: StagePlan;
  /** Hash of the plan's document. */
  readonly hash: string;
  /** A line of JSON with what all tasks have in common, and one for each input. */
  readonly document: Buffer;
  readonly tasks: readonly Task[];
}

/**
 * Names the tasks of a stage. A task's id is the hash of its kind, code, shared part and input. Of files only the `key` is
 * left out: they are identified by the hash of their content, not by the attempt that wrote them.
 */
export function planStage(plan: StagePlan): PlannedStage {
  const { inputs, ...common } = plan;
  const document = Buffer.from([common, ...inputs].map(part => JSON.stringify(part)).join('\n'));
  const hash = sha256(document);
  const prefix = sha256(`${plan.kind}\n${plan.code}\n${identity(plan.shared)}`);
  const tasks = inputs.map((input, index): Task => {
    const id = sha256(`${prefix}\n${identity(input)}`).slice(0, 32);
    return { kind: plan.kind, id, plan: hash, index };
  });
  return { plan, hash, document, tasks };
}

/** A plan as its tasks read it. The inputs of all would take many times the memory of the document. */
export interface OpenPlan extends Omit<StagePlan, 'inputs'> {
  input(index: number): unknown;
}

export function openPlan(document: Buffer): OpenPlan {
  const starts = [0];
  for (let end = document.indexOf('\n'); end >= 0; end = document.indexOf('\n', end + 1)) starts.push(end + 1);
  const line = (number: number): unknown =>
    JSON.parse(document.toString('utf8', starts[number]!, starts[number + 1] ?? document.length));
  return { ...(line(0) as Omit<StagePlan, 'inputs'>), input: index => line(index + 1) };
}

const WRITTEN = /^lake\/(parts|scratch)\//;

/** A contract may call its columns `key` and `hash` too, which do matter: only what leads to a file of a task is an address. */
const identity = (value: unknown): string =>
  JSON.stringify(value, function (this: object, name: string, inner: unknown) {
    const isAddress =
      name === 'key' && ('sha256' in this || 'hash' in this) && typeof inner === 'string' && WRITTEN.test(inner);
    return isAddress ? undefined : inner;
  }) ?? 'null';

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

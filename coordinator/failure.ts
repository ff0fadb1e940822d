/** Any error as what a person needs to know of it. */
import { type ErrorDetails, InvariantError, UserError } from '../base/errors.ts';
import { TaskFailure } from '../cluster/cluster.ts';
import type { AttemptError } from '../cluster/task.ts';

const UNCHANGED = 'nothing was published; what was finished is kept';

export function failureDetails(error: unknown, dir: string, verb: 'run' | 'tune' = 'run'): ErrorDetails {
  if (error instanceof UserError) return error.details;
  const again = `endcap ${verb} ${dir}   goes on where this run stopped`;
  if (error instanceof TaskFailure) return taskDetails(error, again);
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof InvariantError) return broken(message);
  return machineDetails(message) ?? { code: 'E_FAILED', what: message, unchanged: UNCHANGED, next: again, exitCode: 1 };
}

function taskDetails({ task, attempts, error }: TaskFailure, again: string): ErrorDetails {
  if (error.details !== undefined) return error.details as ErrorDetails;
  if (error.name === 'InvariantError') return broken(error.message);
  const tries = attempts === 1 ? 'one attempt' : `${attempts} attempts`;
  return (
    machineDetails(error.message) ?? {
      code: 'E_TASK',
      what: `${task.kind} ${task.index + 1} failed after ${tries}: ${firstLine(error)}`,
      unchanged: UNCHANGED,
      next: again,
      exitCode: 1,
    }
  );
}

function broken(message: string): ErrorDetails {
  return {
    code: 'E_BALANCE',
    what: message,
    why: 'a promise of endcap does not hold for this input: this is a bug, and no number of this run can be trusted',
    unchanged: UNCHANGED,
    exitCode: 1,
  };
}

/** What the machine, not the work, lacks. */
const machineDetails = (message: string): ErrorDetails | null => diskDetails(message) ?? memoryDetails(message);

/** A thread whose own heap is full dies; buffers, and a task's 1 GiB of addresses, are refused by the system. */
function memoryDetails(message: string): ErrorDetails | null {
  if (!/JS heap out of memory|allocation failed|could not allocate memory|ENOMEM/i.test(message)) return null;
  return {
    code: 'E_MEMORY',
    what: 'the machine has no memory left for so many threads',
    where: message,
    why: 'each thread takes up to 1 GiB for the task at hand, and keeps the tables that it looks things up in',
    unchanged: UNCHANGED,
    next: 'run again with fewer --threads, such as --threads 1: finished tasks are not computed again',
    exitCode: 1,
  };
}

function diskDetails(message: string): ErrorDetails | null {
  if (!/ENOSPC|EDQUOT|No space left|out of disk|failed to offload|max_temp_directory_size/i.test(message)) return null;
  return {
    code: 'E_DISK',
    what: 'the disk is full',
    where: message,
    unchanged: UNCHANGED,
    next: 'free some space, then run again: finished tasks are not computed again',
    exitCode: 1,
  };
}

const firstLine = ({ message }: AttemptError): string => message.split('\n')[0]!;

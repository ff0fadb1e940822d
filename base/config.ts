/** What the environment says: the only file that reads it. */
import { fileURLToPath } from 'node:url';

export interface Config {
  /** NO_COLOR, whatever its value: https://no-color.org */
  readonly noColor: boolean;
  readonly isCI: boolean;
  /** Annotations and a job summary are wanted. */
  readonly githubActions: boolean;
  /** The folder with the studies' data, which some tests use. */
  readonly sharedFolder: string;
  /** Where commands are looked for. */
  readonly path: string;
}

function readConfig(env: NodeJS.ProcessEnv): Config {
  return {
    noColor: isSet(env.NO_COLOR) || env.TERM === 'dumb',
    isCI: isSet(env.CI) && env.CI !== 'false',
    githubActions: env.GITHUB_ACTIONS === 'true',
    sharedFolder: env.ENDCAP_SHARED ?? fileURLToPath(new URL('../../shared', import.meta.url)),
    path: env.PATH ?? '',
  };
}

export const config: Config = readConfig(process.env);

/** Has threads that are started from now on keep compiled code there: two start with some 0.3 s of CPU less. */
export function keepCompiledCode(folder: string): void {
  process.env.NODE_COMPILE_CACHE ??= folder;
}

/** An empty variable is as good as none. */
function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

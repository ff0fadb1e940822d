/** How people start endcap where they are, so that every command we print works as printed. */
import { existsSync } from 'node:fs';
import { delimiter, join, relative, resolve, sep } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');

const NPM_FOLDER = join('node_modules', '.bin');

/** `npx endcap` inside the clone; elsewhere `endcap` if it is on the path, else the file itself. */
export function commandName(cwd: string, path: string, root: string = ROOT): string {
  const way = relative(root, cwd);
  if (way !== '..' && !way.startsWith(`..${sep}`)) return 'npx endcap';
  // npx puts such folders on the path of what it starts, and of nothing else.
  const folders = path.split(delimiter).filter(folder => folder !== '' && !folder.endsWith(NPM_FOLDER));
  const onPath = folders.some(folder => existsSync(join(folder, 'endcap')));
  return onPath ? 'endcap' : `node ${shellWord(relative(cwd, join(root, 'cli', 'endcap.mjs')))}`;
}

const COMMANDS =
  /(^|[\s`])(npx )?endcap (?=(?:run|demo|tune|status|runs|check|query|quarantine|why|recommend|explain|diff|rollback|doctor)\b)/g;

/** Commands inside sentences of other parts, which do not know how endcap was started. */
export const withCommand = (text: string, command: string): string =>
  text.replace(COMMANDS, (_, before: string) => `${before}${command} `);

/** Text as one word of a shell command. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

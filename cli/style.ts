/** Colour, where it is wanted: five words, and nothing else of a terminal's many. */

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  red(text: string): string;
}

export function createStyle(colour: boolean): Style {
  const wrap = (open: number, close: number) => (text: string) =>
    colour && text !== '' ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  return { bold: wrap(1, 22), dim: wrap(2, 22), green: wrap(32, 39), yellow: wrap(33, 39), red: wrap(31, 39) };
}

export const PLAIN: Style = createStyle(false);

const COLOURS = /\x1b\[\d+m/g;

/** Code points of zero, one and two cells, as far as names and texts of shops need it. */
const ZERO = /\p{Mn}|\p{Me}|\p{Cf}/u;
const TWO =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** Cells that the text takes on a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const letter of text.replace(COLOURS, '')) width += ZERO.test(letter) ? 0 : TWO.test(letter) ? 2 : 1;
  return width;
}

export const padEnd = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));
export const padStart = (text: string, width: number): string => ' '.repeat(Math.max(0, width - widthOf(text))) + text;

/** The text, or as much of it as fits, with an ellipsis. For text without colour. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let taken = '';
  let used = 1;
  for (const letter of text) {
    used += widthOf(letter);
    if (used > width) break;
    taken += letter;
  }
  return `${taken}…`;
}

/** Rows and columns as text: aligned for people, Markdown for pages, CSV for programs. */
import { cut, PLAIN, padEnd, padStart, type Style, widthOf } from './style.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

export interface TableOptions {
  readonly indent?: number;
  /** Longer cells are cut. (Default: no limit) */
  readonly cellWidth?: number;
  readonly style?: Style;
}

/** Columns two blanks apart, with titles above them. */
export function alignedTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { indent = 0, cellWidth = Number.POSITIVE_INFINITY, style = PLAIN }: TableOptions = {},
): string {
  const cells = rows.map(row => row.map(cell => asCell(cell, cellWidth)));
  const widths = columns.map(({ title }, at) => Math.max(widthOf(title), ...cells.map(row => widthOf(row[at] ?? ''))));
  const line = (texts: readonly string[]) =>
    texts.map((text, at) => (columns[at]?.align === 'right' ? padStart : padEnd)(text, widths[at] ?? 0)).join('  ');
  const titles = columns.some(({ title }) => title !== '')
    ? [style.dim(line(columns.map(({ title }) => title)).trimEnd())]
    : [];
  const margin = ' '.repeat(indent);
  return [...titles, ...cells.map(row => line(row).trimEnd())].map(text => `${margin}${text}\n`).join('');
}

/** What would break the table's lines is shown as what it is. */
function asCell(text: string, width: number): string {
  const single = text.replace(/\r?\n|\r/g, '⏎').replaceAll('\t', ' ');
  return width === Number.POSITIVE_INFINITY ? single : cut(single, width);
}

export function markdownTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const escaped = (text: string) => text.replaceAll('|', '\\|').replace(/\r?\n|\r/g, '<br>');
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |\n`;
  const rule = columns.map(({ align }) => (align === 'right' ? '---:' : '---'));
  return line(columns.map(({ title }) => title)) + line(rule) + rows.map(line).join('');
}

/** RFC 4180: CRLF line ends, quotes where they are needed. */
export function csvTable(titles: readonly string[], rows: Iterable<readonly string[]>): string {
  const lines = [csvLine(titles)];
  for (const row of rows) lines.push(csvLine(row));
  return lines.join('');
}

const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;

const csvCell = (text: string): string => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

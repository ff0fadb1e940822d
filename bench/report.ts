/** Tables of figures and of goals, for a terminal of 120 columns or as Markdown. */

export interface Report {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What a reader must know to believe the figures. */
  readonly notes: readonly string[];
  readonly goals: readonly Goal[];
}

export interface Goal {
  readonly what: string;
  readonly wanted: string;
  readonly measured: string;
  /** A proof is of the results, not of their speed: without it, figures mean nothing. */
  readonly kind: 'figure' | 'proof';
  /** Null where it could not be measured. */
  readonly met: boolean | null;
}

const WIDTH = 120;

/** A goal that a figure be at least, or at most, `limit`. */
export function goal(what: string, value: number | null, order: '≥' | '≤', limit: number, unit = ''): Goal {
  // Sizes are compared to the thousandth: one that is a little greater must not look equal.
  const digits = limit >= 100 ? 0 : limit === 1 ? 3 : 2;
  return {
    what,
    kind: 'figure',
    wanted: `${order} ${limit}${unit}`,
    measured: value === null ? 'not measured' : `${value.toFixed(digits)}${unit}`,
    met: value === null ? null : order === '≥' ? value >= limit : value <= limit,
  };
}

/** What must be so for the figures to mean anything. */
export const proof = (what: string, met: boolean, otherwise: string): Goal => ({
  what,
  kind: 'proof',
  wanted: 'yes',
  measured: met ? 'yes' : otherwise,
  met,
});

export function renderReport({ title, head, rows, notes }: Report, markdown: boolean): string {
  const table = renderTable(head, rows, markdown);
  const heading = markdown ? `### ${title}` : `${title}\n${'─'.repeat(Math.min(WIDTH, title.length))}`;
  const text = notes.map(note => (markdown ? `${note}\n` : wrap(note))).join('\n');
  return [heading, table, text].filter(part => part !== '').join(markdown ? '\n\n' : '\n');
}

export function renderGoals(goals: readonly Goal[], markdown: boolean): string {
  const rows = goals.map(({ what, wanted, measured, met }) => [
    what,
    wanted,
    measured,
    met === null ? '–' : met ? 'yes' : 'NO',
  ]);
  const report = { title: 'Goals', head: ['goal', 'wanted', 'measured', 'met'], rows, notes: [], goals };
  return renderReport(report, markdown);
}

/** The first column is text, the others are aligned to the right. */
function renderTable(head: readonly string[], rows: readonly (readonly string[])[], markdown: boolean): string {
  if (markdown) {
    const line = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
  }
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map(row => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}

/** Lines of at most 120 characters, those behind the first indented. */
export function wrap(text: string, indent = 2): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!;
    if (last.length + word.length >= WIDTH) lines.push(`${' '.repeat(indent)}${word}`);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.join('\n');
}

/** `endcap quarantine export`: the refused records byte for byte, to be mended and run again, and beside them why. */
import { access, mkdir, open } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { contentName } from '../base/compression.ts';
import { usageError } from '../base/errors.ts';
import { openRawFile, type RawFile } from '../coordinator/rawfile.ts';
import type { RunSummary } from '../coordinator/summary.ts';
import { count } from './format.ts';
import type { ExitStatus, Session } from './io.ts';
import { sqlText, withWarehouse } from './project.ts';
import { type QuarantineFilter, type Refused, whereOf } from './quarantine.ts';
import { csvTable } from './table.ts';

export interface ExportOptions extends QuarantineFilter {
  readonly out?: string;
}

interface Exported {
  readonly file: string;
  readonly path: string;
  readonly records: number;
  /** Records written from the stored text, because the raw file is not what it was. */
  readonly fromText: number;
}

export async function quarantineExport(session: Session, options: ExportOptions): Promise<ExitStatus> {
  const exported = await withWarehouse(session, options.run, async ({ warehouse, summary, project }) => {
    const folder = resolve(session.cwd, options.out ?? `quarantine-${project.dataset}`);
    const where = whereOf(options);
    const outcome = options.code === undefined ? `outcome = 'quarantined'` : 'true';
    const condition = where === '' ? `where ${outcome}` : `${where} and ${outcome}`;
    const files = (await warehouse.query(`select distinct file from quarantine ${condition} order by file`)).rows.map(
      row => String(row.file),
    );
    await assertNew(
      folder,
      files.map(file => exportName(file, files)),
    );
    const done: Exported[] = [];
    for (const file of files) {
      const sql = `select * from quarantine ${condition} and file = ${sqlText(file)} order by byte_offset`;
      const records = (await warehouse.query(sql)).rows as unknown as Refused[];
      done.push(
        await exportFile(
          join(folder, exportName(file, files)),
          file,
          records,
          await openRawFile(summary?.input ?? '', file, delimiterOf(summary, file)),
        ),
      );
    }
    return done;
  });
  report(session, exported);
  return 0;
}

const delimiterOf = (summary: RunSummary | null, file: string): string =>
  [...(summary?.sales ?? []), ...(summary?.tables ?? [])].find(balance => balance.file === file)?.delimiter ?? ',';

/** What is exported is not compressed, and is named so that the table's pattern still fits. */
function exportName(file: string, files: readonly string[]): string {
  const name = contentName(file);
  return name !== file && files.includes(name) ? `${file}.csv` : name;
}

/** Mended files are a person's work: they are never written over. */
async function assertNew(folder: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const path = join(folder, file);
    const taken = await access(path).then(
      () => true,
      () => false,
    );
    if (taken) throw usageError(`${path} exists already: it may have been mended`, '--out DIR   names another folder');
  }
}

const NEWLINE = 10;

async function exportFile(
  path: string,
  file: string,
  records: readonly Refused[],
  raw: RawFile | null,
): Promise<Exported> {
  await mkdir(dirname(path), { recursive: true });
  const output = await open(path, 'wx');
  let fromText = 0;
  try {
    const header = await raw?.header();
    if (header) await output.write(header);
    for (const record of records) {
      const found = await raw?.record(record);
      if (!found) fromText++;
      const bytes = found ?? Buffer.from(record.original);
      await output.write(bytes);
      // The last record of a file may have no line end; here another record may follow it.
      if (bytes.at(-1) !== NEWLINE) await output.write('\n');
    }
  } finally {
    await output.close();
    await raw?.close();
  }
  const titles = ['line', 'code', 'column', 'value', 'message'];
  const reasons = records.map(each => [
    String(each.line),
    each.code,
    each.column_name ?? '',
    each.value ?? '',
    each.message,
  ]);
  const sheet = await open(`${path}.reasons.csv`, 'w');
  await sheet.writeFile(csvTable(titles, reasons));
  await sheet.close();
  return { file, path, records: records.length, fromText };
}

function report(session: Session, exported: readonly Exported[]): void {
  if (session.options.json) {
    session.print(JSON.stringify({ files: exported }));
    return;
  }
  if (exported.length === 0) session.print('There is nothing to export: no record was refused.');
  for (const { file, path, records, fromText } of exported) {
    session.print(
      `${session.outStyle.green('✔')} ${path}  ${count(records, 'record')}, and why in ${path}.reasons.csv`,
    );
    if (fromText > 0) {
      const which = fromText === records ? 'they are' : `${count(fromText, 'record')} of them are`;
      session.say(
        `  ${session.errStyle.yellow('!')} ${file} is gone or has changed since the run: ${which} written from the text that was kept, which is cut at 8 KiB and has U+FFFD for invalid bytes`,
      );
    }
  }
}

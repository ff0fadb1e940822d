/** Columns by their name, wherever they are: what `clv`, `p_alive` or `lift` means. */
import { type Opened, sqlText } from './project.ts';

export interface ColumnExplanation {
  readonly kind: 'column';
  readonly name: string;
  /** Tables and marts that have it, with what is said of it there. */
  readonly tables: readonly { readonly table: string; readonly type: string; readonly description: string }[];
}

export async function explainColumn({ warehouse }: Opened, name: string): Promise<ColumnExplanation | null> {
  const lower = name.toLowerCase();
  const { rows } = await warehouse.query(
    `select table_name, data_type, comment from duckdb_columns()
     where column_name = ${sqlText(lower)} and not internal order by table_name like 'mart\\_%' escape '\\', table_name`,
  );
  if (rows.length === 0) return null;
  const tables = rows.map(({ table_name, data_type, comment }) => ({
    table: String(table_name),
    type: String(data_type).toLowerCase(),
    description: String(comment ?? ''),
  }));
  return { kind: 'column', name: lower, tables };
}

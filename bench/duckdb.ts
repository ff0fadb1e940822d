/** The peer of bench/pipeline.ts: DuckDB alone, from the sales file to one sorted Parquet file with prices joined. */
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { printUsage } from './usage.ts';

const [input = '', output = '', threads = '2'] = process.argv.slice(2);
const database = await DuckDBInstance.create(':memory:', { threads });
const connection = await database.connect();
const sales = `read_csv('${join(input, 'sales.csv')}')`;
const products = `read_csv('${join(input, 'products.csv')}')`;
await connection.run(`
  copy (
    select s.*, p.Price, round(s.Quantity * p.Price * (1 - s.Discount), 6) as net
    from ${sales} as s join ${products} as p using (ProductID)
    where s.SalesDate is not null
    order by cast(s.SalesDate as date), s.CustomerID
  ) to '${output}' (format parquet, compression zstd)`);
connection.closeSync();
database.closeSync();
printUsage();

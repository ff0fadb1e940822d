import type { RunSummary } from '../coordinator/summary.ts';

/** A grocery run in which something of everything happened. */
export const PUBLISHED: RunSummary = {
  run: '20261120-0200-7f3a',
  dataset: 'grocery',
  input: '/data/grocery',
  project: '/shop/.endcap/grocery',
  warehouse: 'warehouse/20261120-0200-7f3a.duckdb',
  currency: 'USD',
  outcome: 'published',
  publication: 3,
  ms: 41_834,
  sales: [
    {
      table: 'sales',
      file: 'sales.csv',
      delimiter: ',',
      read: 6_758_125,
      kept: 6_690_597,
      duplicate: 2,
      quarantined: 67_526,
    },
  ],
  tables: [
    {
      table: 'customers',
      file: 'customers.csv',
      delimiter: ',',
      read: 98_759,
      kept: 98_758,
      duplicate: 0,
      quarantined: 1,
    },
    { table: 'products', file: 'products.csv', delimiter: ',', read: 452, kept: 452, duplicate: 0, quarantined: 0 },
  ],
  money: {
    read: '4381204118.200000',
    kept: '4337503546.130000',
    duplicate: '60.000000',
    quarantined: '43700512.070000',
    unknownRows: 7,
  },
  rejectRate: 67_526 / 6_758_125,
  maxRejectRate: 0.05,
  refusals: [],
  reasons: [
    {
      table: 'sales',
      code: 'E_REQUIRED',
      column: 'SalesDate',
      message: 'SalesDate is empty',
      rows: 67_498,
      firstFile: 'sales.csv',
      firstLine: 118,
    },
    {
      table: 'sales',
      code: 'E_FK',
      column: 'CustomerID',
      message: 'CustomerID is not in customers',
      rows: 21,
      firstFile: 'sales.csv',
      firstLine: 90_412,
    },
    {
      table: 'sales',
      code: 'E_TYPE',
      column: 'Discount',
      message: 'Discount is not a number with at most 4 decimals',
      rows: 7,
      firstFile: 'sales.csv',
      firstLine: 512_003,
    },
    {
      table: 'sales',
      code: 'E_DUP_ROW',
      column: null,
      message: 'equal to an earlier record',
      rows: 2,
      firstFile: 'sales.csv',
      firstLine: 812,
    },
    {
      table: 'customers',
      code: 'E_COLS_FEW',
      column: null,
      message: 'the record has fewer fields than the header',
      rows: 1,
      firstFile: 'customers.csv',
      firstLine: 17,
    },
  ],
  stages: [
    { stage: 'clean.scan', title: 'plan', ms: 412, rows: 6_857_336, computed: 3, reused: 0, unit: 'files' },
    { stage: 'clean.table', title: 'tables', ms: 903, rows: 99_211, computed: 0, reused: 2, unit: 'tables' },
    { stage: 'clean.chunk', title: 'clean', ms: 16_240, rows: 6_758_125, computed: 34, reused: 0, unit: 'chunks' },
    { stage: 'clean.keys', title: 'keys', ms: 830, rows: 0, computed: 1, reused: 0, unit: 'buckets' },
    { stage: 'clean.day', title: 'merge days', ms: 9_100, rows: 6_690_597, computed: 3, reused: 126, unit: 'days' },
    { stage: 'clean.empty', title: 'nothing', ms: 0, rows: 0, computed: 0, reused: 0, unit: 'days' },
    { stage: 'load', title: 'marts', ms: 7_200, rows: 0, computed: 21, reused: 0, unit: 'marts' },
  ],
  marts: [
    { name: 'mart_daily_sales', built: true, rows: 129, reason: null, ms: 300, cpuMs: 550 },
    { name: 'mart_monthly_sales', built: true, rows: 5, reason: null, ms: 300, cpuMs: 550 },
    { name: 'mart_sales_summary', built: true, rows: null, reason: null, ms: 300, cpuMs: 550 },
    { name: 'mart_store_sales', built: false, rows: null, reason: 'needs fct_sales.store_id', ms: 300, cpuMs: 550 },
  ],
  checks: { names: ['mart_daily_sales'], passed: 41, failed: [], times: [] },
  metrics: [
    { key: 'revenue', label: 'Revenue', value: '4337503546.130000', unit: 'money' },
    { key: 'orders', label: 'Orders', value: '6690597', unit: 'count' },
  ],
  warnings: ['dim_product: 3 ids are described in more than one way; the first description in file order is kept'],
  unclaimed: ['notes.csv', 'readme.txt'],
};

export const UNCHANGED: RunSummary = { ...PUBLISHED, outcome: 'unchanged', ms: 812 };

export const REFUSED: RunSummary = {
  ...PUBLISHED,
  outcome: 'refused',
  publication: 2,
  maxRejectRate: 0.005,
  refusals: ['1.00 % of sales were rejected; the contract allows 0.50 %', 'check mart_daily_sales found 2 rows'],
  checks: { names: ['mart_daily_sales'], passed: 40, failed: [{ name: 'mart_daily_sales', failures: 2 }], times: [] },
};

/** Amounts with more than two decimals, several sale files, nothing refused, and no warning. */
export const SMALL: RunSummary = {
  ...PUBLISHED,
  run: '20261121-0900-00aa',
  dataset: 'superstore',
  sales: [
    { table: 'orders', file: '2015.csv', delimiter: ',', read: 6_000, kept: 6_000, duplicate: 0, quarantined: 0 },
    { table: 'orders', file: '2016.csv', delimiter: ',', read: 3_800, kept: 3_800, duplicate: 0, quarantined: 0 },
  ],
  tables: [],
  money: {
    read: '2261536.782700',
    kept: '2261536.782700',
    duplicate: '0.000000',
    quarantined: '0.000000',
    unknownRows: 0,
  },
  rejectRate: 0,
  reasons: [],
  metrics: [{ key: 'revenue', label: 'Revenue', value: '2261536.782700', unit: 'money' }],
  warnings: [],
  unclaimed: [],
};

import type { ColumnReader } from '../kernels/reader.ts';

/** A column of texts of which nothing is asked: a test says what is different. */
export const PLAIN_READER: ColumnReader = {
  kind: 'text',
  required: false,
  nulls: [],
  fallback: null,
  min: null,
  max: null,
  decimal: null,
  patterns: [],
  words: null,
  encoding: 'utf-8',
  replaceInvalid: false,
  spaces: 'trim',
  digits: null,
  values: null,
  pattern: null,
};

/** Why a record is refused. The index in this list is what kernels write; 0 means that nothing is wrong. */
export const FAULTS = [
  '',
  'E_LONG',
  'E_QUOTE',
  'E_NUL',
  'E_COLS_FEW',
  'E_COLS_MANY',
  'E_ENCODING',
  'E_REQUIRED',
  'E_TYPE',
  'E_RANGE',
  'E_ENUM',
  'E_PATTERN',
  'E_FK',
  'E_RATE',
  'E_DUP_KEY',
  'E_DUP_ROW',
] as const;

export type FaultCode = Exclude<(typeof FAULTS)[number], ''>;

/** The number of a code, for kernels and those that read their output. */
export const fault = (code: FaultCode): number => FAULTS.indexOf(code);

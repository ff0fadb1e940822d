/** Text of a field in the file's encoding, tidied as its contract says. */

export type Encoding = 'utf-8' | 'windows-1252' | 'latin1';

export interface TextForm {
  readonly encoding: Encoding;
  readonly replaceInvalid: boolean;
  readonly spaces: 'trim' | 'tidy' | 'keep';
  readonly digits: number | null;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const windows1252 = new TextDecoder('windows-1252');

/** Bytes to which Windows-1252 gives no character; the decoder of the web would pass them through as controls. */
const UNDEFINED_IN_1252 = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

/** ASCII bytes are the same text in every encoding. */
export function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! >= 0x80) return false;
  return true;
}

/** The text of these bytes, or null when they are not valid and must not be replaced. */
export function readText(bytes: Uint8Array, form: TextForm): string | null {
  const decoded = decode(bytes, form);
  if (decoded === null) return null;
  const tidied = form.spaces === 'tidy' ? decoded.replace(/[\s\u00a0]+/g, ' ').trim() : decoded;
  if (form.digits === null) return tidied;
  const code = tidied.trim();
  // Only a spreadsheet's loss is mended: a value that is all digits and too short.
  return code.length < form.digits && /^\d+$/.test(code) ? code.padStart(form.digits, '0') : tidied;
}

/** The text of any bytes, as people are shown it: what is not valid is U+FFFD. */
export const displayBytes = (bytes: Uint8Array, encoding: Encoding): string =>
  decode(bytes, { encoding, replaceInvalid: true, spaces: 'keep', digits: null })!;

function decode(bytes: Uint8Array, { encoding, replaceInvalid }: TextForm): string | null {
  if (encoding === 'latin1') return Buffer.from(bytes).toString('latin1');
  if (encoding === 'windows-1252') {
    const text = windows1252.decode(bytes);
    if (!bytes.some(byte => UNDEFINED_IN_1252.has(byte))) return text;
    return replaceInvalid ? text.replace(/[\u0081\u008d\u008f\u0090\u009d]/g, '\ufffd') : null;
  }
  if (replaceInvalid) return lenientUtf8.decode(bytes);
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return null;
  }
}

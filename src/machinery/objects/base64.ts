const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const CODES = Uint8Array.from(ALPHABET, (char) => char.charCodeAt(0));
const VALUES = new Int8Array(128).fill(-1);
for (const [value, code] of CODES.entries()) VALUES[code] = value;
const PAD = 61;

const decoder = new TextDecoder();

/** Standard base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  const out = new Uint8Array(Math.ceil(bytes.length / 3) * 4).fill(PAD);
  let position = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    out[position++] = CODES[group >> 18]!;
    out[position++] = CODES[(group >> 12) & 63]!;
    if (i + 1 < bytes.length) out[position++] = CODES[(group >> 6) & 63]!;
    if (i + 2 < bytes.length) out[position++] = CODES[group & 63]!;
  }
  return decoder.decode(out);
}

/** Where base64 text is broken: the offset of the first byte that cannot stand there. */
export class Base64Error extends Error {
  override readonly name = 'Base64Error';
  constructor(offset: number) {
    super(`illegal base64 data at input byte ${offset}`);
  }
}

/** Reads standard base64 with padding, ignoring line breaks as Go does; throws `Base64Error`. */
export function decodeBase64(text: string): Uint8Array {
  const clean = /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, '') : text;
  const length = base64Length(clean);
  const out = new Uint8Array(length);
  let position = 0;
  for (let i = 0; i < clean.length; i += 4) {
    const group =
      (valueAt(clean, i) << 18) | (valueAt(clean, i + 1) << 12) | (valueAt(clean, i + 2) << 6) | valueAt(clean, i + 3);
    if (position < length) out[position++] = group >> 16;
    if (position < length) out[position++] = group >> 8;
    if (position < length) out[position++] = group;
  }
  return out;
}

/** The number of bytes that a text stands for; throws `Base64Error` where it is broken. */
function base64Length(text: string): number {
  let end = text.length;
  if (text.endsWith('==')) end -= 2;
  else if (text.endsWith('=')) end -= 1;
  for (let i = 0; i < end; i++) if ((VALUES[text.charCodeAt(i)] ?? -1) < 0) throw new Base64Error(i);
  if (text.length % 4 !== 0) throw new Base64Error(text.length - (text.length % 4));
  return (text.length / 4) * 3 - (text.length - end);
}

const valueAt = (text: string, index: number): number => Math.max(0, VALUES[text.charCodeAt(index)] ?? 0);

/** Whether a text is standard base64 with padding; throws `Base64Error` with Go's message when it is not. */
export function checkBase64(text: string): void {
  base64Length(/[\r\n]/.test(text) ? text.replace(/[\r\n]/g, '') : text);
}

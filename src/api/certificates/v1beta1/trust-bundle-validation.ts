import { pemBlocks } from '#machinery/codec/pem-blocks.ts';
import { type FieldError, type FieldPath, invalid, tooLong } from '#machinery/errors/field-error.ts';
import { decodeBase64 } from '#machinery/objects/base64.ts';

const LARGEST = 1024 * 1024;
/** Of DER, a byte a character: the beginning of a sequence, the object identifier 2.5.29.19, and a boolean. */
const SEQUENCE = '\x30';
const BASIC_CONSTRAINTS = '\x06\x03\x55\x1d\x13';
const TRUE = '\x01\x01\xff';

/** What is wrong with the authorities that are to be trusted: there is one at least, and none twice. */
export function validateTrustBundle(pem: string, field: FieldPath): FieldError[] {
  if (new TextEncoder().encode(pem).length > LARGEST) return [tooLong(field, LARGEST)];
  const wrong = (detail: string) => invalid(field, '<value omitted>', detail);
  const errors: FieldError[] = [];
  const positions = new Map<string, number[]>();
  pemBlocks(pem).forEach(({ type, body }, position) => {
    const problem = problemOf(type, body);
    if (problem !== undefined) errors.push(wrong(`entry ${position} ${problem}`));
    const text = body.replace(/\s/g, '');
    positions.set(text, [...(positions.get(text) ?? []), position]);
  });
  if (errors.length > 0) return errors;
  if (positions.size === 0) return [wrong('at least one trust anchor must be provided')];
  const repeated = [...positions.values()].filter((each) => each.length > 1);
  return repeated.map((each) => wrong(`duplicate trust anchor (indices [${each.join(' ')}])`));
}

function problemOf(type: string, body: string): string | undefined {
  if (type !== 'CERTIFICATE') return `has bad block type: ${type}`;
  if (body.includes(':')) return 'has PEM block headers';
  const text = body.replace(/\s/g, '');
  const der = /^[A-Za-z0-9+/]+=*$/.test(text) ? new TextDecoder('latin1').decode(decodeBase64(text)) : '';
  if (!der.startsWith(SEQUENCE)) return 'does not parse as X.509';
  return isAuthority(der) ? undefined : 'does not have the CA bit set';
}

/** Whether a certificate says of itself that it may sign others. */
function isAuthority(der: string): boolean {
  const found = der.indexOf(BASIC_CONSTRAINTS);
  if (found < 0) return false;
  let at = found + BASIC_CONSTRAINTS.length;
  // It may be critical; then come the lengths of what is in it, which are short.
  if (der.startsWith(TRUE, at)) at += TRUE.length;
  return der.startsWith(TRUE, at + 4);
}

import { pemBlocks } from '#machinery/codec/pem-blocks.ts';
import { decodeBase64 } from '#machinery/objects/base64.ts';

const SEQUENCE = 0x30;

/** What is wrong with the PEM of a certificate and its chain; undefined when nothing is. Nothing is fine, too. */
export function certificatePemError(pem: string): string | undefined {
  if (pem === '') return undefined;
  const blocks = pemBlocks(pem);
  if (blocks.length === 0) return 'must contain at least one CERTIFICATE PEM block';
  for (const { type, body } of blocks) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`;
    if (body.includes(':')) return 'no PEM block headers are permitted';
    if (!isSequence(body)) return 'x509: malformed certificate';
  }
  return undefined;
}

/** Whether a block holds one DER sequence and nothing else, as far as its length tells. */
function isSequence(body: string): boolean {
  const text = body.replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/]+=*$/.test(text) || text.length % 4 !== 0) return false;
  const der = decodeBase64(text);
  const [tag, first = 0] = der;
  if (tag !== SEQUENCE) return false;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const length = first < 0x80 ? first : der.slice(2, 2 + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0);
  return length > 0 && der.length === 2 + lengthBytes + length;
}

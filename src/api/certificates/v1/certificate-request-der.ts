import { Base64Error, decodeBase64 } from '#machinery/objects/base64.ts';

const BEGIN = '-----BEGIN ';
const HEAD = '-----BEGIN CERTIFICATE REQUEST-----\n';
const TAIL = '-----END CERTIFICATE REQUEST-----';

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const OBJECT_IDENTIFIER = 0x06;
/** Text as everybody reads it alike: of UTF-8, of printable characters, T61, IA5 and BMP. */
const TEXTS = new Set([0x0c, 0x13, 0x14, 0x16, 0x1e]);

/**
 * The certificate request (PKCS #10) in `spec.request`, which is PEM in base64, as DER; undefined where there is none. It is
 * the first block, whatever others follow: no reader may take another one for the request.
 */
export function certificateRequestDer(request: string): Uint8Array | undefined {
  try {
    const pem = new TextDecoder('latin1').decode(decodeBase64(request)).replaceAll('\r', '');
    const start = pem.indexOf(BEGIN);
    const end = pem.indexOf(TAIL, start);
    if (start < 0 || end < 0 || !pem.startsWith(HEAD, start)) return undefined;
    const lines = pem.slice(start + HEAD.length, end).split('\n');
    return decodeBase64(lines.filter((line) => !line.includes(':')).join(''));
  } catch (error) {
    if (error instanceof Base64Error) return undefined;
    throw error;
  }
}

/**
 * What is wrong with the subject of such a request; undefined when nothing is. Other values than texts say one thing to one
 * reader and another to the next: who judges a request must not read another subject than who reads the certificate.
 */
export function subjectProblem(der: Uint8Array): string | undefined {
  try {
    const [info] = elements(only(der, SEQUENCE));
    const [version, subject] = elements(contentOf(info, SEQUENCE));
    contentOf(version, INTEGER);
    for (const part of elements(contentOf(subject, SEQUENCE))) {
      for (const attribute of elements(contentOf(part, SET))) {
        const [type, value] = elements(contentOf(attribute, SEQUENCE));
        contentOf(type, OBJECT_IDENTIFIER);
        if (!TEXTS.has(value?.tag ?? 0))
          return `x509: invalid RDNSequence: invalid attribute value: unsupported string type: ${value?.tag}`;
      }
    }
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return `asn1: structure error: ${error.message}`;
    throw error;
  }
}

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

function contentOf(element: Element | undefined, tag: number): Uint8Array {
  if (element?.tag !== tag) throw new RangeError('no certificate request');
  return element.content;
}

function only(der: Uint8Array, tag: number): Uint8Array {
  const [element, ...more] = elements(der);
  if (more.length > 0) throw new RangeError('trailing data');
  return contentOf(element, tag);
}

/** What stands in DER one after another. Throws a `RangeError` for lengths that are none. */
function elements(der: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < der.length; ) {
    const [tag = 0, first = 0x80] = der.subarray(at);
    const more = first < 0x80 ? 0 : first & 0x7f;
    const isKnown = first !== 0x80 && more <= 4;
    const start = at + 2 + more;
    const length = more === 0 ? first : der.subarray(at + 2, start).reduce((sum, byte) => sum * 256 + byte, 0);
    if (!isKnown || start + length > der.length) throw new RangeError('no certificate request');
    found.push({ tag, content: der.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}

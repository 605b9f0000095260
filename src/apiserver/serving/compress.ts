import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { MaybePromise } from '#base/maybe-promise.ts';
import type { Exchange, HeaderMap } from '../http/exchange.ts';

const compress = promisify(gzip);
/** Upstream's threshold: smaller answers take longer to compress than to send. */
const MIN_BYTES = 128 * 1024;
/** Speed counts more than the last per cent. */
const LEVEL = 1;

/** An answer's body that is sent to many, compressed once for those who take it so. */
export class SharedBody {
  readonly plain: Uint8Array;
  #zipped: Promise<Uint8Array> | undefined;

  constructor(plain: Uint8Array) {
    this.plain = plain;
  }

  zipped(): Promise<Uint8Array> {
    this.#zipped ??= compress(this.plain, { level: LEVEL });
    return this.#zipped;
  }
}

/** Answers with a body, compressed where it is long and the client takes gzip. */
export function respondCompressed(
  exchange: Exchange,
  code: number,
  headers: HeaderMap,
  body: Uint8Array | SharedBody,
): MaybePromise<void> {
  const shared = body instanceof SharedBody ? body : new SharedBody(body);
  if (shared.plain.length < MIN_BYTES || !takesGzip(exchange)) return exchange.respond(code, headers, shared.plain);
  const { vary } = headers;
  const all = { ...headers, 'content-encoding': 'gzip', vary: vary ? `${vary}, Accept-Encoding` : 'Accept-Encoding' };
  return shared.zipped().then((zipped) => exchange.respond(code, all, zipped));
}

/** `gzip`, unless it is named with a quality of zero. */
function takesGzip(exchange: Exchange): boolean {
  if (exchange.method !== 'GET') return false;
  return exchange
    .header('accept-encoding')
    .split(',')
    .some((clause) => /^\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(clause));
}

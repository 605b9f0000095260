import type { PeerCertificate } from './peer-certificate.ts';

/** The parts of an HTTP request that say who makes it. */
export interface IncomingRequest {
  /** Without the query. */
  readonly path: string;
  /** By lower-case name; the first value of each. */
  header(name: string): string;
  /** Names and values in turn as they were sent. */
  readonly rawHeaders: readonly string[];
  readonly certificate: PeerCertificate | undefined;
  /** Adds to what the audit log says of the request. */
  readonly annotate?: (key: string, value: string) => void;
  /** Texts of Warning headers of its answer. */
  readonly warnings?: string[];
}

/** All values of a header, by its lower-case name. */
export function headerValues({ rawHeaders }: IncomingRequest, name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if ((rawHeaders[index] as string).toLowerCase() === name) values.push(rawHeaders[index + 1] as string);
  }
  return values;
}

/**
 * The values of all headers that begin with `prefix` (lower case), by the rest of their names: those are keys of a user's
 * extra, percent-encoded and without regard to case.
 */
export function extraHeaders({ rawHeaders }: IncomingRequest, prefix: string): Record<string, readonly string[]> {
  const extra = new Map<string, string[]>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    if (!name.startsWith(prefix)) continue;
    const key = decodeKey(name.slice(prefix.length));
    const values = extra.get(key) ?? [];
    values.push(rawHeaders[index + 1] as string);
    extra.set(key, values);
  }
  return Object.fromEntries(extra);
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    // Upstream takes a malformed escape as it stands.
    return key;
  }
}

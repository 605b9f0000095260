import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';

/** Where and how registries are reached. */
export interface RegistryAccess {
  /** Certificate authorities in PEM that are trusted besides the system's. */
  readonly certificateAuthorities?: readonly string[];
  /** Hosts (with port) that speak plain HTTP. Loopback addresses always may. */
  readonly plainHttpHosts?: readonly string[];
}

export interface HttpCall {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
  readonly certificateAuthorities?: readonly string[] | undefined;
}

/** A registry that says nothing for this long is given up. */
const IDLE_MILLISECONDS = 60_000;
const MAX_REDIRECTS = 5;

/** One HTTP request, following redirects; credentials stay with the host they are meant for. */
export async function send(url: string, call: HttpCall, redirects = 0): Promise<IncomingMessage> {
  const response = await sendOnce(url, call);
  const { location } = response.headers;
  const isRedirect = [301, 302, 303, 307, 308].includes(response.statusCode ?? 0) && location !== undefined;
  if (!isRedirect) return response;
  response.resume();
  if (redirects === MAX_REDIRECTS) throw new Error(`stopped after ${MAX_REDIRECTS} redirects`);
  const target = new URL(location, url);
  const { authorization, Authorization, ...others } = call.headers ?? {};
  const headers = target.host === new URL(url).host ? call.headers : others;
  return send(target.href, { ...call, ...(headers && { headers }) }, redirects + 1);
}

async function sendOnce(url: string, call: HttpCall): Promise<IncomingMessage> {
  const secure = url.startsWith('https:');
  const options = {
    method: call.method ?? 'GET',
    headers: { 'user-agent': 'knarr', ...call.headers },
    ...(call.signal && { signal: call.signal }),
    ...(secure && call.certificateAuthorities?.length && { ca: await trustedWith(call.certificateAuthorities) }),
  };
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request(url, options, resolve);
    request.setTimeout(IDLE_MILLISECONDS, () => request.destroy(new Error('i/o timeout')));
    request.on('error', (error: NodeJS.ErrnoException) => {
      // A kept connection may have been closed by the server just before; that says nothing about this request.
      if (request.reusedSocket && error.code === 'ECONNRESET') resolve(sendOnce(url, call));
      else reject(new Error(requestFailure(url, options.method, error), { cause: error }));
    });
    request.end(call.body);
  });
}

async function trustedWith(authorities: readonly string[]): Promise<string[]> {
  const { rootCertificates } = await import('node:tls');
  return [...rootCertificates, ...authorities];
}

/** In the words that people search for: those of Go's HTTP client. */
function requestFailure(url: string, method: string, error: NodeJS.ErrnoException): string {
  const { hostname, port, protocol } = new URL(url);
  const verb = method.charAt(0) + method.slice(1).toLowerCase();
  const place = `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
  const reasons: Record<string, string> = {
    ECONNREFUSED: `dial tcp ${place}: connect: connection refused`,
    ENOTFOUND: `dial tcp: lookup ${hostname}: no such host`,
    EAI_AGAIN: `dial tcp: lookup ${hostname}: Temporary failure in name resolution`,
    EHOSTUNREACH: `dial tcp ${place}: connect: no route to host`,
    ENETUNREACH: `dial tcp ${place}: connect: network is unreachable`,
    ETIMEDOUT: `dial tcp ${place}: i/o timeout`,
  };
  return `failed to do request: ${verb} "${url}": ${reasons[error.code ?? ''] ?? error.message}`;
}

/** The whole body as bytes, at most `limit` of them. */
export async function readBody(response: IncomingMessage, limit = 8 << 20): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new Error(`response is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Whether a host (with or without port) is this machine's loopback. */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return name === 'localhost' || name === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(name);
}

import type { IncomingMessage } from 'node:http';
import { CriError, type RegistryAuth } from '../../runtime.ts';
import type { ImageReference } from '../image/reference.ts';
import { type AuthChallenge, parseAuthChallenges } from './auth-challenge.ts';
import { isLoopbackHost, type RegistryAccess, readBody, send } from './registry-http.ts';

const MANIFEST_TYPES = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  '*/*',
].join(', ');

/** Reads one repository of a registry over the Docker distribution protocol, version 2; for one pull. */
export class RegistryClient {
  readonly #reference: ImageReference;
  readonly #access: RegistryAccess;
  readonly #auth: RegistryAuth;
  readonly #signal: AbortSignal | undefined;
  #authorization: Promise<string | undefined> = Promise.resolve(undefined);
  #base: string;

  constructor(
    reference: ImageReference,
    options: { access: RegistryAccess; auth?: RegistryAuth | undefined; signal?: AbortSignal | undefined },
  ) {
    this.#reference = reference;
    this.#access = options.access;
    this.#auth = options.auth ?? {};
    this.#signal = options.signal;
    this.#base = baseUrl(reference.domain, options.access);
  }

  /** A manifest or index by tag or digest. Rejects with `NotFound` when the registry does not have it. */
  async manifest(tagOrDigest: string): Promise<Buffer> {
    const response = await this.#get(`manifests/${tagOrDigest}`, { accept: MANIFEST_TYPES });
    return readBody(response);
  }

  /** A blob's content as a stream; its digest is the caller's to check. */
  blob(digest: string): Promise<IncomingMessage> {
    return this.#get(`blobs/${digest}`, {});
  }

  async #get(path: string, headers: Record<string, string>): Promise<IncomingMessage> {
    const used = this.#authorization;
    let response = await this.#send(path, headers, await used);
    if (response.statusCode === 401) {
      response.resume();
      // Parallel downloads that meet the same challenge share one answer.
      if (this.#authorization === used)
        this.#authorization = this.#authorize(response.headers['www-authenticate'] ?? '');
      response = await this.#send(path, headers, await this.#authorization);
    }
    if (response.statusCode === 200) return response;
    return this.#refuse(response, path);
  }

  async #send(path: string, headers: Record<string, string>, authorization: string | undefined) {
    const request = (base: string) =>
      send(`${base}/v2/${this.#reference.path}/${path}`, {
        headers: { ...headers, ...(authorization && { authorization }) },
        signal: this.#signal,
        certificateAuthorities: this.#access.certificateAuthorities,
      });
    if (!isLoopbackHost(this.#reference.domain) || this.#base.startsWith('https:')) return request(this.#base);
    const response = await request(this.#base).catch(asOtherProtocol);
    if (response !== undefined && response.statusCode !== 400) return response;
    const body = response === undefined ? 'HTTPS' : (await readBody(response)).toString();
    if (!body.includes('HTTPS')) throw new Error(`unexpected status 400 Bad Request: ${body.trim()}`);
    this.#base = this.#base.replace('http:', 'https:');
    return request(this.#base);
  }

  async #refuse(response: IncomingMessage, path: string): Promise<never> {
    const url = `${this.#base}/v2/${this.#reference.path}/${path}`;
    if (response.statusCode === 404) {
      response.resume();
      throw new CriError('NotFound', 'not found');
    }
    const said = serverMessage(await readBody(response));
    const status = `${response.statusCode} ${response.statusMessage}`;
    if (response.statusCode === 401) throw denied(said ? `server message: ${said}` : 'authorization failed');
    throw new CriError('Unknown', `unexpected status from GET request to ${url}: ${status}${said && `: ${said}`}`);
  }

  async #authorize(header: string): Promise<string> {
    const challenges = parseAuthChallenges(header);
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    if (bearer !== undefined) return `Bearer ${await this.#fetchToken(bearer)}`;
    const basic = basicCredentials(this.#auth);
    if (challenges.some(({ scheme }) => scheme === 'basic') && basic !== undefined) return basic;
    throw denied('authorization failed: no basic auth credentials');
  }

  async #fetchToken({ parameters }: AuthChallenge): Promise<string> {
    const { realm = '', service = '', scope = `repository:${this.#reference.path}:pull` } = parameters;
    const { identityToken } = this.#auth;
    const basic = basicCredentials(this.#auth);
    const query = new URLSearchParams({ ...(service && { service }), scope });
    const url = identityToken ? realm : `${realm}${realm.includes('?') ? '&' : '?'}${query}`;
    const kind = basic || identityToken ? 'oauth' : 'anonymous';
    if (!URL.canParse(realm))
      throw new CriError('Unknown', `failed to authorize: invalid token auth challenge realm "${realm}"`);
    const response = await send(url, {
      ...(identityToken
        ? refreshCall({ identityToken, service, scope })
        : { headers: basic ? { authorization: basic } : {} }),
      signal: this.#signal,
      certificateAuthorities: this.#access.certificateAuthorities,
    });
    const body = await readBody(response);
    if (response.statusCode !== 200) {
      const method = identityToken ? 'POST' : 'GET';
      const status = `${response.statusCode} ${response.statusMessage}`;
      throw new CriError(
        'Unknown',
        `failed to authorize: failed to fetch ${kind} token: unexpected status from ${method} request to ${url}: ${status}`,
      );
    }
    const answer = parseJson(body) as { token?: string; access_token?: string } | undefined;
    const token = answer?.token || answer?.access_token;
    if (!token)
      throw new CriError('Unknown', `failed to authorize: failed to fetch ${kind} token: no token in response`);
    return token;
  }
}

/** A server that speaks TLS answers plain HTTP by hanging up, or with words that are no HTTP. */
function asOtherProtocol(error: Error): undefined {
  const code = (error.cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (code !== 'ECONNRESET' && !code.startsWith('HPE_')) throw error;
}

function baseUrl(domain: string, access: RegistryAccess): string {
  const host = domain === 'docker.io' ? 'registry-1.docker.io' : domain;
  const plain = isLoopbackHost(domain) || access.plainHttpHosts?.includes(domain);
  return `${plain ? 'http' : 'https'}://${host}`;
}

function denied(detail: string): CriError {
  return new CriError(
    'Unknown',
    `pull access denied, repository does not exist or may require authorization: ${detail}`,
  );
}

function basicCredentials({ username, password }: RegistryAuth): string | undefined {
  if (!username) return undefined;
  return `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`;
}

function refreshCall({ identityToken, service, scope }: { identityToken: string; service: string; scope: string }) {
  const form = { grant_type: 'refresh_token', refresh_token: identityToken, client_id: 'knarr', service, scope };
  return {
    method: 'POST' as const,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  };
}

/** The registry's own words: `code: message` of its first error, or nothing. */
function serverMessage(body: Buffer): string {
  const errors = (parseJson(body) as { errors?: { code?: string; message?: string }[] } | undefined)?.errors;
  const first = Array.isArray(errors) ? errors[0] : undefined;
  return first === undefined ? '' : `${(first.code ?? 'unknown').toLowerCase()}: ${first.message ?? ''}`;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

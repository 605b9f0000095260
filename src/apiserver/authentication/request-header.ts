import type { Clock } from '#base/clock.ts';
import { expiryError } from '#client/certificate-chain.ts';
import type { Authenticator } from './authenticator.ts';
import { CertificateTrust } from './certificate-trust.ts';
import { extraHeaders, headerValues, type IncomingRequest } from './incoming-request.ts';
import { subjectValues } from './peer-certificate.ts';

/** A proxy in front of the server that has authenticated its clients itself and says in headers who they are. */
export interface RequestHeaderOptions {
  /** PEM of the authority that signs the proxy's certificate. Its certificates are for proxies only. */
  readonly ca: string;
  /** Common names the proxy may have; any when empty. */
  readonly allowedNames?: readonly string[];
  readonly usernameHeaders?: readonly string[];
  readonly uidHeaders?: readonly string[];
  readonly groupHeaders?: readonly string[];
  readonly extraHeaderPrefixes?: readonly string[];
}

export const REQUEST_HEADER_DEFAULTS = {
  usernameHeaders: ['X-Remote-User'],
  uidHeaders: ['X-Remote-Uid'],
  groupHeaders: ['X-Remote-Group'],
  extraHeaderPrefixes: ['X-Remote-Extra-'],
};

/** Believes the headers of a front proxy that shows its certificate. */
export function createRequestHeaderAuthenticator(
  given: RequestHeaderOptions,
  clock: Pick<Clock, 'now'>,
): Authenticator<IncomingRequest> {
  const options = { ...REQUEST_HEADER_DEFAULTS, ...given };
  const trust = new CertificateTrust(given.ca);
  const allowedNames = given.allowedNames ?? [];
  return {
    authenticate(request) {
      const { certificate } = request;
      if (certificate === undefined || !trust.has(certificate)) return undefined;
      const error = expiryError(certificate, clock.now());
      if (error !== undefined) return { error };
      const commonName = subjectValues(certificate, 'CN').at(-1) ?? '';
      if (allowedNames.length > 0 && !allowedNames.includes(commonName)) {
        return { error: `x509: subject with cn=${commonName} is not in the allowed list` };
      }
      const name = firstValue(request, options.usernameHeaders);
      if (name === '') return undefined;
      const uid = firstValue(request, options.uidHeaders);
      const groups = options.groupHeaders.flatMap((each) => headerValues(request, each.toLowerCase()));
      const extra = Object.assign(
        {},
        ...options.extraHeaderPrefixes.map((prefix) => extraHeaders(request, prefix.toLowerCase())),
      );
      return { user: { name, ...(uid ? { uid } : {}), groups, extra } };
    },
  };
}

const firstValue = (request: IncomingRequest, names: readonly string[]): string =>
  names.map((name) => request.header(name.toLowerCase()).trim()).find((value) => value !== '') ?? '';

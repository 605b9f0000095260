import { createHash } from 'node:crypto';
import type { Clock } from '#base/clock.ts';
import { expiryError } from '#client/certificate-chain.ts';
import { CREDENTIAL_ID } from '../user.ts';
import type { AuthenticationOutcome, Authenticator } from './authenticator.ts';
import type { IncomingRequest } from './incoming-request.ts';
import { type PeerCertificate, subjectValues } from './peer-certificate.ts';

/** The part of a subject that holds a user's uid. */
const UID_PART = '1.3.6.1.4.1.57683.2';

/** The common name, of several the last, is the user, the organizations are its groups. */
export function createClientCertificateAuthenticator(
  isTrusted: (certificate: PeerCertificate) => boolean,
  clock: Pick<Clock, 'now'>,
): Authenticator<IncomingRequest> {
  // A connection shows the same certificate with every request.
  const known = new WeakMap<PeerCertificate, AuthenticationOutcome>();
  return {
    authenticate({ certificate }) {
      if (certificate === undefined) return undefined;
      let outcome = known.get(certificate);
      if (outcome === undefined) {
        outcome = isTrusted(certificate)
          ? userOf(certificate)
          : { error: 'x509: certificate signed by unknown authority' };
        known.set(certificate, outcome);
      }
      const error = expiryError(certificate, clock.now());
      return error === undefined ? outcome : { error };
    },
  };
}

function userOf(certificate: PeerCertificate): AuthenticationOutcome {
  const name = subjectValues(certificate, 'CN').at(-1) ?? '';
  if (name === '') return { error: 'x509: the subject has no common name' };
  const uid = subjectValues(certificate, UID_PART)[0];
  const fingerprint = createHash('sha256').update(certificate.raw).digest('hex');
  const user = {
    name,
    ...(uid ? { uid } : {}),
    groups: subjectValues(certificate, 'O'),
    extra: { [CREDENTIAL_ID]: [`X509SHA256=${fingerprint}`] },
  };
  return { user };
}

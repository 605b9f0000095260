import { createHash } from 'node:crypto';
import { AUTHENTICATED_GROUP, CREDENTIAL_ID } from '../user.ts';
import type { AuthenticationResult, Authenticator } from './authenticator.ts';
import { type PeerCertificate, subjectValues } from './peer-certificate.ts';

/** The part of a subject that holds a user's uid. */
const UID_PART = '1.3.6.1.4.1.57683.2';

/** The common name is the user, the organizations are its groups. */
export function createClientCertificateAuthenticator(
  isTrusted: (certificate: PeerCertificate) => boolean,
): Authenticator {
  // A connection shows the same certificate with every request.
  const known = new WeakMap<PeerCertificate, AuthenticationResult | 'invalid'>();
  return {
    async authenticate({ certificate }) {
      if (certificate === undefined) return undefined;
      let result = known.get(certificate);
      if (result === undefined) {
        result = isTrusted(certificate) ? userOf(certificate) : 'invalid';
        known.set(certificate, result);
      }
      return result;
    },
  };
}

function userOf(certificate: PeerCertificate): AuthenticationResult | 'invalid' {
  const name = subjectValues(certificate, 'CN')[0] ?? '';
  if (name === '') return 'invalid';
  const uid = subjectValues(certificate, UID_PART)[0];
  const fingerprint = createHash('sha256').update(certificate.raw).digest('hex');
  const user = {
    name,
    ...(uid ? { uid } : {}),
    groups: [...subjectValues(certificate, 'O'), AUTHENTICATED_GROUP],
    extra: { [CREDENTIAL_ID]: [`X509SHA256=${fingerprint}`] },
  };
  return { user };
}

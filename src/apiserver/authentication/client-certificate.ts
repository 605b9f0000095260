import { AUTHENTICATED_GROUP } from '../user.ts';
import type { Authenticator } from './authenticator.ts';

/** The common name is the user, the organizations are its groups. */
export const clientCertificateAuthenticator: Authenticator = {
  async authenticate({ certificate }) {
    if (certificate === undefined || certificate.commonName === '') return undefined;
    return {
      user: { name: certificate.commonName, groups: [...certificate.organizations, AUTHENTICATED_GROUP] },
    };
  },
};

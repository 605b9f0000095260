import type { OidcOptions } from '#apiserver/authentication/oidc/oidc-options.ts';
import { SIGNING_ALGORITHMS } from '#apiserver/authentication/oidc/oidc-options.ts';
import { ConfigFileError } from '#machinery/codec/config-file.ts';

/** Flags that name one issuer of ID tokens, for those who need no configuration file. */
export interface OidcFlags {
  readonly oidcIssuerUrl?: string;
  readonly oidcClientId?: string;
  readonly oidcCaFile?: string;
  readonly oidcUsernameClaim?: string;
  readonly oidcUsernamePrefix?: string;
  readonly oidcGroupsClaim?: string;
  readonly oidcGroupsPrefix?: string;
  /** `claim=value`, each once. */
  readonly oidcRequiredClaim?: readonly string[];
  readonly oidcSigningAlgs?: string;
}

/** Reads the flags; undefined when there are none. `readPem` reads the file of authorities. Rejects with a `ConfigFileError`. */
export async function readOidcFlags(
  flags: OidcFlags,
  readPem: (flag: string, path: string) => Promise<string>,
): Promise<OidcOptions | undefined> {
  const { oidcIssuerUrl: issuerUrl, oidcClientId: clientId, oidcCaFile: caFile } = flags;
  const { oidcUsernameClaim, oidcUsernamePrefix, oidcGroupsClaim, oidcGroupsPrefix } = flags;
  const others = [caFile, oidcUsernameClaim, oidcUsernamePrefix, oidcGroupsClaim, oidcGroupsPrefix];
  const all = [issuerUrl, clientId, flags.oidcRequiredClaim, flags.oidcSigningAlgs, ...others];
  if (all.every((flag) => flag === undefined)) return undefined;
  if (!issuerUrl || !clientId) {
    throw new ConfigFileError(
      '--oidc-issuer-url and --oidc-client-id: must be specified together when any --oidc flags are set',
    );
  }
  if (!/^https:\/\/[^@?#]+$/.test(issuerUrl)) {
    throw new ConfigFileError(
      `--oidc-issuer-url ${JSON.stringify(issuerUrl)}: URL scheme must be https, without user, query and fragment`,
    );
  }
  const requiredClaims = claims(flags.oidcRequiredClaim ?? []);
  return {
    issuerUrl,
    audiences: [clientId],
    ...(caFile ? { ca: await readPem('--oidc-ca-file', caFile) } : {}),
    ...(oidcUsernameClaim ? { usernameClaim: oidcUsernameClaim } : {}),
    ...(oidcUsernamePrefix ? { usernamePrefix: oidcUsernamePrefix } : {}),
    ...(oidcGroupsClaim ? { groupsClaim: oidcGroupsClaim } : {}),
    ...(oidcGroupsPrefix ? { groupsPrefix: oidcGroupsPrefix } : {}),
    ...(Object.keys(requiredClaims).length > 0 ? { requiredClaims } : {}),
    ...(flags.oidcSigningAlgs ? { signingAlgorithms: algorithms(flags.oidcSigningAlgs) } : {}),
  };
}

const claims = (pairs: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at <= 0) throw new ConfigFileError(`--oidc-required-claim ${JSON.stringify(pair)}: must be claim=value`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );

function algorithms(text: string): string[] {
  const names = text.split(',');
  const unknown = names.find((name) => !SIGNING_ALGORITHMS.includes(name));
  if (unknown === undefined) return names;
  throw new ConfigFileError(`--oidc-signing-algs: unsupported signing alg: ${JSON.stringify(unknown)}`);
}

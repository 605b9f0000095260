import type { Strategy } from '#api/resource-definition.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { ServiceAccount } from './service-account.ts';

const ENFORCE_SECRETS = 'kubernetes.io/enforce-mountable-secrets';

const enforcesSecrets = (account: ServiceAccount | undefined): boolean =>
  account?.metadata?.annotations?.[ENFORCE_SECRETS] !== undefined;

export const serviceAccountStrategy: Strategy<ServiceAccount> = {
  returnsDeletedObject: true,
  prepareForCreate: keepNamesOfSecrets,
  prepareForUpdate: keepNamesOfSecrets,
  warn: (account, old) =>
    enforcesSecrets(account) && !enforcesSecrets(old)
      ? [
          `metadata.annotations[${ENFORCE_SECRETS}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
        ]
      : [],
};

/** Secrets are named; whatever else a reference says is dropped. */
function keepNamesOfSecrets(account: Mutable<ServiceAccount>): void {
  if (account.secrets) account.secrets = account.secrets.map(({ name }) => (name === undefined ? {} : { name }));
}

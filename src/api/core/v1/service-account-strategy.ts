import type { Strategy } from '#api/resource-definition.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { ServiceAccount } from './service-account.ts';

export const serviceAccountStrategy: Strategy<ServiceAccount> = {
  returnsDeletedObject: true,
  prepareForCreate: keepNamesOfSecrets,
  prepareForUpdate: keepNamesOfSecrets,
};

/** Secrets are named; whatever else a reference says is dropped. */
function keepNamesOfSecrets(account: Mutable<ServiceAccount>): void {
  if (account.secrets) account.secrets = account.secrets.map(({ name }) => (name === undefined ? {} : { name }));
}

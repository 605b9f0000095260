import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import type { Client } from '#client/client.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isAlreadyExists } from '#machinery/errors/status-error.ts';

/**
 * Makes what the controller of service accounts would make a moment later, for the namespace that people use first: pods
 * are refused until it is there, and whoever has just started a cluster makes some at once.
 */
export async function ensureDefaultServiceAccount(client: Client): Promise<void> {
  const account = { metadata: { name: 'default', namespace: 'default' } };
  await ignoring(isAlreadyExists, client.of(ServiceAccounts).create(account));
}

import { type Secret, Secrets } from '#api/core/v1/secret.ts';
import { type ServiceAccount, ServiceAccounts } from '#api/core/v1/service-account.ts';
import { keyOf, splitKey } from '#client/object-store.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import type { ControllersOptions } from '../controller-entry.ts';

const TYPE = 'kubernetes.io/service-account-token';
const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';

/**
 * Fills secrets that ask for a token of a service account, and removes them with their account; an account's list
 * forgets those that are gone.
 */
export function createServiceAccountTokenController(context: ControllerContext, options: ControllersOptions): Runnable {
  const secrets = context.informers.of(Secrets);
  const accounts = context.informers.of(ServiceAccounts);
  /** The accounts of secrets, by the secrets' keys. */
  const accountNames = new Map<string, string>();
  /** The copy may be behind: a secret is not removed for that. */
  const accountOf = async (namespace: string, name: string): Promise<ServiceAccount | undefined> => {
    const known = accounts.store.get(name, namespace);
    if (known !== undefined) return known;
    return ignoring(isNotFound, context.client.of(ServiceAccounts).get(name, { namespace }));
  };
  return new Controller('serviceaccount-token', context)
    .watches(Secrets, (secret) => (secret.type === TYPE ? [keyOf(secret)] : []))
    .watches(ServiceAccounts, ({ metadata }) =>
      secrets.store
        .list()
        .filter(
          ({ type, metadata: own }) =>
            type === TYPE && own?.namespace === metadata?.namespace && own?.annotations?.[NAME] === metadata?.name,
        )
        .map(keyOf),
    )
    .reconciles(async (key) => {
      const secret = secrets.store.getByKey(key);
      const { namespace = '', name = '', annotations = {}, uid, deletionTimestamp } = secret?.metadata ?? {};
      const accountName = annotations[NAME];
      if (secret === undefined) return forget(context, key, accountNames);
      if (secret.type === TYPE && accountName) accountNames.set(key, accountName);
      if (secret.type !== TYPE || !accountName || deletionTimestamp) return;
      const account = await accountOf(namespace, accountName);
      const accountUid = account?.metadata?.uid ?? '';
      if (account === undefined || (annotations[UID] && annotations[UID] !== accountUid)) {
        await remove(context, { namespace, name, uid: uid ?? '' });
        return;
      }
      const data = await complete(secret, options, { name: accountName, uid: accountUid });
      if (data === undefined && annotations[UID]) return;
      const metadata = { ...secret.metadata, annotations: { ...annotations, [UID]: accountUid } };
      await context.client.of(Secrets).update({ ...secret, metadata, data: data ?? secret.data } as Secret);
    });
}

/** Takes a secret that is gone out of its account's list. */
async function forget({ client }: ControllerContext, key: string, accountNames: Map<string, string>): Promise<void> {
  const { namespace, name } = splitKey(key);
  const account = accountNames.get(key);
  if (account === undefined) return;
  try {
    const object = await client.of(ServiceAccounts).get(account, { namespace });
    const secrets = (object.secrets ?? []).filter((one) => one.name !== name);
    if (secrets.length < (object.secrets?.length ?? 0)) await client.of(ServiceAccounts).update({ ...object, secrets });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  accountNames.delete(key);
}

async function remove(
  { client }: ControllerContext,
  { namespace, name, uid }: { readonly namespace: string; readonly name: string; readonly uid: string },
): Promise<void> {
  await ignoring(isNotFound, client.of(Secrets).delete(name, { namespace, preconditions: { uid } }));
}

/** The data of a secret with all that it lacks; undefined when it lacks nothing or nobody can sign. */
async function complete(
  { metadata, data = {} }: Secret,
  { rootCa, signServiceAccountToken }: ControllersOptions,
  account: { readonly name: string; readonly uid: string },
): Promise<Record<string, string> | undefined> {
  const { namespace = '', name: secret = '' } = metadata ?? {};
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const lacking: Record<string, string> = {};
  if (!data['namespace']) lacking['namespace'] = base64(namespace);
  if (rootCa !== undefined && data['ca.crt'] !== base64(rootCa)) lacking['ca.crt'] = base64(rootCa);
  if (!data['token'] && signServiceAccountToken) {
    lacking['token'] = base64(await signServiceAccountToken({ namespace, secret, account }));
  }
  return Object.keys(lacking).length > 0 ? { ...data, ...lacking } : undefined;
}

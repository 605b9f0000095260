import { Namespaces } from '#api/core/v1/namespace.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { isAlreadyExists } from '#machinery/errors/status-error.ts';
import { isNamespaceTerminating } from '../shared/pod-control.ts';

const NAME = 'default';

/** Gives every namespace its default service account. */
export function createServiceAccountController(context: ControllerContext): Runnable {
  const namespaces = context.informers.of(Namespaces);
  const accounts = context.informers.of(ServiceAccounts);
  return new Controller('serviceaccount', context)
    .for(Namespaces)
    .watches(ServiceAccounts, ({ metadata }) => (metadata?.name === NAME ? [metadata.namespace ?? ''] : []))
    .reconciles(async (name) => {
      if (namespaces.store.get(name)?.status?.phase !== 'Active' || accounts.store.get(NAME, name)) return;
      try {
        await context.client.of(ServiceAccounts).create({ metadata: { name: NAME, namespace: name } });
      } catch (error) {
        if (!isAlreadyExists(error) && !isNamespaceTerminating(error)) throw error;
      }
    });
}

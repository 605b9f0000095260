import { Secrets } from '#api/core/v1/secret.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { expiry, isTokenSecret, TOKEN_NAMESPACE } from './bootstrap-secret.ts';

const DAY_MS = 86_400_000;

/** Removes bootstrap tokens that have expired. */
export function createTokenCleaner(context: ControllerContext): Runnable {
  const secrets = context.informers.of(Secrets);
  return new Controller('token-cleaner', context)
    .watches(Secrets, (secret) => (isTokenSecret(secret) ? [secret.metadata?.name ?? ''] : []))
    .reconciles(async (name) => {
      const secret = secrets.store.get(name, TOKEN_NAMESPACE);
      if (secret === undefined || !isTokenSecret(secret)) return undefined;
      const expires = expiry(Buffer.from(secret.data?.['expiration'] ?? '', 'base64').toString());
      const remaining = expires - context.clock.now();
      if (remaining > 0)
        return Number.isFinite(remaining) ? { requeueAfterMs: Math.min(remaining, DAY_MS) } : undefined;
      const { uid } = secret.metadata ?? {};
      const preconditions = uid ? { preconditions: { uid } } : {};
      await ignoring(
        isNotFound,
        context.client.of(Secrets).delete(name, { namespace: TOKEN_NAMESPACE, ...preconditions }),
      );
      return undefined;
    });
}

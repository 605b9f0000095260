import { type Lease, Leases } from '#api/coordination/v1/lease.ts';
import type { Node } from '#api/core/v1/node.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Client } from '#client/client.ts';
import { isAlreadyExists, isNotFound } from '#machinery/errors/status-error.ts';
import { formatMicroTime } from '#machinery/objects/time.ts';

const NAMESPACE = 'kube-node-lease';
const RENEW_MS = 10_000;
const DURATION_SECONDS = 40;
const FIRST_RETRY_MS = 200;

export interface NodeLeaseOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly nodeName: string;
  /** The node's object, which the lease belongs to, once it is there. */
  readonly node: () => Node | undefined;
}

/** Renews the node's lease every ten seconds until the signal aborts: the sign of life that others go by. */
export async function keepNodeLease(options: NodeLeaseOptions, signal: AbortSignal): Promise<void> {
  const { clock, logger } = options;
  let lease: Lease | undefined;
  let retry = FIRST_RETRY_MS;
  while (!signal.aborted) {
    try {
      lease = await renew(options, lease);
      retry = FIRST_RETRY_MS;
      await clock.sleep(RENEW_MS, signal).catch(() => {});
    } catch (error) {
      lease = undefined;
      logger.debug('node lease not renewed, will retry', { error });
      await clock.sleep(retry, signal).catch(() => {});
      retry = Math.min(retry * 2, RENEW_MS);
    }
  }
}

async function renew({ client, clock, nodeName, node }: NodeLeaseOptions, held: Lease | undefined): Promise<Lease> {
  const leases = client.of(Leases);
  const at = { namespace: NAMESPACE };
  const known =
    held ??
    (await leases.get(nodeName, at).catch((error) => {
      if (isNotFound(error)) return undefined;
      throw error;
    }));
  const owner = node();
  const lease: Lease = {
    ...known,
    metadata: {
      ...(known?.metadata ?? { name: nodeName, namespace: NAMESPACE }),
      ...(owner?.metadata?.uid
        ? { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid: owner.metadata.uid }] }
        : {}),
    },
    spec: {
      ...known?.spec,
      holderIdentity: nodeName,
      leaseDurationSeconds: DURATION_SECONDS,
      renewTime: formatMicroTime(clock.now()),
    },
  };
  if (known) return leases.update(lease, at);
  return leases.create(lease, at).catch((error) => {
    if (isAlreadyExists(error)) return leases.get(nodeName, at);
    throw error;
  });
}

import { createHash } from 'node:crypto';
import { type ClusterTrustBundle, ClusterTrustBundles } from '#api/certificates/v1beta1/cluster-trust-bundle.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import type { ControllersOptions } from '../controller-entry.ts';

const SIGNER = 'kubernetes.io/kube-apiserver-serving';

/** Keeps one bundle with the certificate authority of the API server, and no older one. */
export function createTrustBundlePublisher(context: ControllerContext, { rootCa = '' }: ControllersOptions): Runnable {
  const { store } = context.informers.of(ClusterTrustBundles);
  const hash = createHash('sha256').update(rootCa).digest('hex').slice(0, 24);
  const name = `${SIGNER.replace('/', ':')}:${hash}`;
  const spec = { signerName: SIGNER, trustBundle: rootCa };
  const isOwn = ({ spec: { signerName } }: ClusterTrustBundle) => signerName === SIGNER;
  const controller = new Controller('kube-apiserver-serving-clustertrustbundle-publisher', context)
    .watches(ClusterTrustBundles, (bundle) => (isOwn(bundle) ? [name] : []))
    .reconciles(async () => {
      if (rootCa === '') return;
      const client = context.client.of(ClusterTrustBundles);
      const current = store.getByKey(name);
      if (current === undefined) await client.create({ metadata: { name }, spec });
      else if (current.spec.trustBundle !== rootCa) await client.update({ ...current, spec });
      for (const other of store.list().filter(isOwn)) {
        if (other.metadata?.name !== name) await ignoring(isNotFound, client.delete(other.metadata?.name ?? ''));
      }
    });
  controller.queue.add(name);
  return controller;
}

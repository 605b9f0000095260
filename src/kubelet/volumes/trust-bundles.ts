import { type ClusterTrustBundle, ClusterTrustBundles } from '#api/certificates/v1beta1/cluster-trust-bundle.ts';
import type { ClusterTrustBundleProjection } from '#api/core/v1/volume.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Client } from '#client/client.ts';
import { Informer } from '#client/informer.ts';
import { selectorFromObject } from '#machinery/selectors/label-selector.ts';
import { certificatesIn, pemOf } from './pem.ts';

export interface TrustBundlesOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called with the uid of each pod that uses bundles, after some have changed. */
  readonly onChange: (podUid: string) => void;
}

/** The authorities that pods of this node trust. Bundles are followed from their first use on. */
export class TrustBundles {
  readonly #options: TrustBundlesOptions;
  readonly #users = new Set<string>();
  readonly #stop = new AbortController();
  #informer: Informer<ClusterTrustBundle> | undefined;

  constructor(options: TrustBundlesOptions) {
    this.#options = options;
  }

  /** What a projection picks, each authority once, in PEM. Rejects when that is nothing and may not be nothing. */
  async get(podUid: string, projection: ClusterTrustBundleProjection): Promise<string> {
    this.#users.add(podUid);
    const informer = this.#follow();
    const known = informer.hasSynced
      ? informer.store.list()
      : (await this.#options.client.of(ClusterTrustBundles).list()).items;
    const picked = pick(known, projection);
    return pemOf([...new Set(picked.flatMap(({ spec }) => certificatesIn(spec.trustBundle)))]);
  }

  /** Ends a pod's interest. */
  release(podUid: string): void {
    this.#users.delete(podUid);
  }

  close(): void {
    this.#stop.abort();
  }

  #follow(): Informer<ClusterTrustBundle> {
    if (this.#informer) return this.#informer;
    const { client, clock, logger, onChange } = this.#options;
    const informer = new Informer(client.of(ClusterTrustBundles), { clock, logger });
    const changed = () => {
      for (const user of this.#users) onChange(user);
    };
    informer.addHandler({ added: changed, updated: changed, deleted: changed });
    void informer.run(this.#stop.signal);
    this.#informer = informer;
    return informer;
  }
}

function pick(
  bundles: readonly ClusterTrustBundle[],
  { name, signerName, labelSelector, optional = false }: ClusterTrustBundleProjection,
): readonly ClusterTrustBundle[] {
  if (name !== undefined) {
    const named = bundles.filter(({ metadata }) => metadata?.name === name);
    if (named.length > 0 || optional) return named;
    const missing = `clustertrustbundle.certificates.k8s.io ${JSON.stringify(name)} not found`;
    throw new Error(`while getting ClusterTrustBundle: ${missing}`);
  }
  // Without a selector nothing is picked, with an empty one everything of the signer.
  const selector = labelSelector && selectorFromObject(labelSelector);
  const signed = bundles.filter(
    ({ metadata, spec }) => spec.signerName === signerName && selector?.matches(metadata?.labels ?? {}),
  );
  if (signed.length > 0 || optional) return signed;
  throw new Error('combination of signerName and labelSelector matched zero ClusterTrustBundles');
}

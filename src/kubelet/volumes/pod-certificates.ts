import {
  type PodCertificateRequest,
  PodCertificateRequests,
} from '#api/certificates/v1beta1/pod-certificate-request.ts';
import { Nodes } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import type { PodCertificateProjection } from '#api/core/v1/volume.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { type Random, systemRandom } from '#base/random.ts';
import type { Client } from '#client/client.ts';
import { Informer } from '#client/informer.ts';
import { parseTime } from '#machinery/objects/time.ts';
import type { EventSink } from '../event-sink.ts';
import { specOf, uidOf } from '../pod-parts.ts';
import { certificatesIn, pemOf } from './pem.ts';

export interface PodCertificatesOptions {
  readonly client: Client;
  readonly nodeName: string;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random?: Random;
  /** Called with the uid of a pod after a request of its has changed. */
  readonly onChange: (podUid: string) => void;
}

/** A key, the certificate for it and those that signed it, all in PEM. */
export interface Credentials {
  readonly key: string;
  readonly chain: string;
  /** When to look again, in milliseconds since the epoch. */
  readonly renewAt: number;
}

interface Issued {
  readonly key: string;
  readonly chain: string;
  readonly refreshAt: number;
  readonly notAfter: number;
  isOverdueTold: boolean;
  isExpiryTold: boolean;
}

interface Asked {
  readonly key: string;
  readonly name: string;
  /** From when on a request that is not seen is taken for deleted. */
  readonly abandonAt: number;
}

/** What is known of one certificate of a pod. */
interface Held {
  issued?: Issued;
  asked?: Asked | undefined;
  /** Why there never will be one. */
  refusal?: string;
  /** The step under way. */
  step?: Promise<void> | undefined;
}

const MINUTE_MS = 60_000;
const ABANDON_MS = 10 * MINUTE_MS;
const OVERDUE_MS = 10 * MINUTE_MS;
const JITTER_MS = 5 * MINUTE_MS;

/** The certificates of this node's pods: asked for when they are first needed, and anew in time. Forgotten with the process. */
export class PodCertificates {
  readonly #options: PodCertificatesOptions;
  readonly #held = new Map<string, Held>();
  readonly #stop = new AbortController();
  #informer: Informer<PodCertificateRequest> | undefined;

  constructor(options: PodCertificatesOptions) {
    this.#options = options;
  }

  /** Rejects while there is none, or saying why there never will be one. `place` is its place among the volume's sources. */
  async get(
    pod: Pod,
    { volume, place }: { readonly volume: string; readonly place: number },
    projection: PodCertificateProjection,
  ): Promise<Credentials> {
    const key = [uidOf(pod), volume, place].join('\0');
    let held = this.#held.get(key);
    if (held === undefined) this.#held.set(key, (held = {}));
    held.step ??= this.#advance(pod, held, projection).finally(() => {
      held.step = undefined;
    });
    await held.step;
    if (held.refusal !== undefined) throw new Error(held.refusal);
    if (held.issued === undefined) throw new Error('credential bundle is not issued yet');
    const { chain, refreshAt } = held.issued;
    const renewAt = held.asked ? this.#options.clock.now() + MINUTE_MS : refreshAt;
    return { key: held.issued.key, chain, renewAt };
  }

  forget(podUid: string): void {
    for (const key of this.#held.keys()) if (key.startsWith(`${podUid}\0`)) this.#held.delete(key);
  }

  close(): void {
    this.#stop.abort();
  }

  async #advance(pod: Pod, held: Held, projection: PodCertificateProjection): Promise<void> {
    if (held.refusal !== undefined) return;
    const { clock } = this.#options;
    if (held.asked) this.#hear(pod, held, held.asked);
    if (held.refusal === undefined && !held.asked && clock.now() >= (held.issued?.refreshAt ?? 0)) {
      held.asked = await this.#ask(pod, projection);
    }
    if (held.issued && held.asked) this.#warn(pod, held.issued);
  }

  /** Takes note of what became of a request. */
  #hear(pod: Pod, held: Held, { key, name, abandonAt }: Asked): void {
    const { clock, events } = this.#options;
    const namespace = pod.metadata?.namespace ?? '';
    const request = this.#follow().store.get(name, namespace);
    if (request === undefined) {
      if (clock.now() > abandonAt) held.asked = undefined;
      return;
    }
    const { conditions = [], certificateChain = '', beginRefreshAt, notAfter } = request.status ?? {};
    for (const { type, reason = '', message = '' } of conditions) {
      if (type === 'Issued') {
        held.issued = {
          key,
          chain: pemOf(certificatesIn(certificateChain)),
          refreshAt: parseTime(beginRefreshAt ?? '') + this.#jitter(),
          notAfter: parseTime(notAfter ?? ''),
          isOverdueTold: false,
          isExpiryTold: false,
        };
        held.asked = undefined;
        return;
      }
      if (type !== 'Denied' && type !== 'Failed') continue;
      const what = type === 'Denied' ? 'denied' : 'failed';
      const why = { reason: JSON.stringify(reason), message: JSON.stringify(message) };
      held.refusal = `PodCertificateRequest was permanently ${what}: reason=${why.reason} message=${why.message}`;
      held.asked = undefined;
      const told = `${type === 'Denied' ? 'was denied' : 'failed'}, reason=${why.reason}, message=${why.message}`;
      events.record(pod, 'Warning', type, `PodCertificateRequest ${namespace}/${name} ${told}`);
      return;
    }
  }

  async #ask(pod: Pod, projection: PodCertificateProjection): Promise<Asked> {
    const { client, nodeName, clock } = this.#options;
    const { name = '', namespace = '', uid = '' } = pod.metadata ?? {};
    const { signerName = '', keyType = '', maxExpirationSeconds, userAnnotations } = projection;
    const serviceAccountName = specOf(pod).serviceAccountName || 'default';
    const { generateCertificateKey } = await import('./certificate-key.ts');
    const [account, node, made] = await Promise.all([
      client.of(ServiceAccounts).get(serviceAccountName, { namespace }),
      client.of(Nodes).get(nodeName),
      generateCertificateKey(keyType),
    ]);
    this.#follow();
    const request = await client.of(PodCertificateRequests).create({
      metadata: {
        generateName: 'req-',
        namespace,
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid }],
      },
      spec: {
        signerName,
        podName: name,
        podUID: uid,
        serviceAccountName,
        serviceAccountUID: account.metadata?.uid ?? '',
        nodeName,
        nodeUID: node.metadata?.uid ?? '',
        stubPKCS10Request: made.request,
        ...(maxExpirationSeconds === undefined ? {} : { maxExpirationSeconds }),
        ...(userAnnotations ? { unverifiedUserAnnotations: userAnnotations } : {}),
      },
    });
    return {
      key: made.key,
      name: request.metadata?.name ?? '',
      abandonAt: clock.now() + ABANDON_MS + this.#jitter(),
    };
  }

  /** A pod that goes on with what it has is told of, once each. */
  #warn(pod: Pod, issued: Issued): void {
    const { clock, events } = this.#options;
    if (clock.now() > issued.refreshAt + OVERDUE_MS && !issued.isOverdueTold) {
      issued.isOverdueTold = true;
      events.record(pod, 'Warning', 'CertificateOverdueForRefresh', 'PodCertificate refresh overdue');
    }
    if (clock.now() > issued.notAfter && !issued.isExpiryTold) {
      issued.isExpiryTold = true;
      events.record(pod, 'Warning', 'CertificateExpired', 'PodCertificate expired');
    }
  }

  /** So that not all pods ask at once. */
  #jitter(): number {
    return (this.#options.random ?? systemRandom).next() * JITTER_MS;
  }

  #follow(): Informer<PodCertificateRequest> {
    if (this.#informer) return this.#informer;
    const { client, nodeName, clock, logger, onChange } = this.#options;
    const fieldSelector = `spec.nodeName=${nodeName}`;
    const informer = new Informer(client.of(PodCertificateRequests), { fieldSelector, clock, logger });
    const changed = ({ spec }: PodCertificateRequest) => onChange(spec.podUID);
    informer.addHandler({ added: changed, updated: changed, deleted: changed });
    void informer.run(this.#stop.signal);
    this.#informer = informer;
    return informer;
  }
}

import type { Node } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { PodInfo } from '../state/pod-info.ts';
import {
  type AcceptedVictims,
  asksForAny,
  type Extender,
  type ExtenderOptions,
  type ExtenderVerdict,
  type ProposedVictims,
} from './extender.ts';
import { ExtenderClient } from './extender-client.ts';

/** An extender that is asked over HTTP in upstream's format. */
export class HttpExtender implements Extender {
  readonly name: string;
  readonly isIgnorable: boolean;
  readonly filters: boolean;
  readonly prioritizes: boolean;
  readonly preempts: boolean;
  readonly binds: boolean;
  readonly weight: number;
  readonly #options: ExtenderOptions;
  readonly #client: ExtenderClient;

  constructor(options: ExtenderOptions) {
    this.#options = options;
    this.#client = new ExtenderClient(options);
    this.name = options.urlPrefix;
    this.isIgnorable = options.ignorable === true;
    this.filters = Boolean(options.filterVerb);
    this.prioritizes = Boolean(options.prioritizeVerb);
    this.preempts = Boolean(options.preemptVerb);
    this.binds = Boolean(options.bindVerb);
    this.weight = options.weight;
  }

  isInterested(pod: Pod): boolean {
    return asksForAny(pod, this.#options.managedResources);
  }

  async filter(pod: Pod, nodes: readonly Node[]): Promise<ExtenderVerdict> {
    const answer = fieldsOf(await this.#ask(this.#options.filterVerb, this.#args(pod, nodes)));
    const error = answer.get('error');
    if (error) throw new Error(String(error));
    const names = answer.get('nodenames') as readonly string[] | null | undefined;
    const list = fieldsOf(answer.get('nodes')).get('items') as readonly Node[] | null | undefined;
    const fitting = this.#options.nodeCacheCapable && names ? names : (list ?? []).map(nameOf);
    const known = new Set(nodes.map(nameOf));
    for (const name of fitting) {
      if (!known.has(name)) {
        throw new Error(
          `extender "${this.name}" claims a filtered node "${name}" which is not found in the input node list`,
        );
      }
    }
    return {
      fitting: new Set(fitting),
      failed: (answer.get('failednodes') ?? {}) as ExtenderVerdict['failed'],
      unresolvable: (answer.get('failedandunresolvablenodes') ?? {}) as ExtenderVerdict['failed'],
    };
  }

  async prioritize(pod: Pod, nodes: readonly Node[]): Promise<ReadonlyMap<string, number>> {
    const answer = (await this.#ask(this.#options.prioritizeVerb, this.#args(pod, nodes))) ?? [];
    return new Map(
      (answer as readonly unknown[]).map((each) => {
        const fields = fieldsOf(each);
        return [String(fields.get('host')), Number(fields.get('score') ?? 0)];
      }),
    );
  }

  async preempt(
    pod: Pod,
    victims: ReadonlyMap<string, ProposedVictims>,
  ): Promise<ReadonlyMap<string, AcceptedVictims>> {
    const args = this.#options.nodeCacheCapable
      ? { NodeNameToMetaVictims: mapped(victims, (pods) => pods.map(({ uid }) => ({ UID: uid }))) }
      : { NodeNameToVictims: mapped(victims, (pods) => pods.map(({ pod: each }) => each)) };
    const answer = fieldsOf(await this.#ask(this.#options.preemptVerb, { Pod: pod, ...args }));
    const left = (answer.get('nodenametometavictims') ?? {}) as Readonly<Record<string, unknown>>;
    return new Map(
      Object.entries(left).map(([nodeName, each]) => {
        const fields = fieldsOf(each);
        const pods = (fields.get('pods') ?? []) as readonly unknown[];
        const uids = pods.map((one) => String(fieldsOf(one).get('uid')));
        return [nodeName, { uids, violations: Number(fields.get('numpdbviolations') ?? 0) }];
      }),
    );
  }

  async bind({ metadata }: Pod, nodeName: string): Promise<void> {
    const args = {
      PodName: metadata?.name,
      PodNamespace: metadata?.namespace,
      PodUID: metadata?.uid,
      Node: nodeName,
    };
    const error = fieldsOf(await this.#ask(this.#options.bindVerb, args)).get('error');
    if (error) throw new Error(String(error));
  }

  close(): void {
    this.#client.close();
  }

  #args(pod: Pod, nodes: readonly Node[]) {
    return this.#options.nodeCacheCapable
      ? { Pod: pod, Nodes: null, NodeNames: nodes.map(nameOf) }
      : { Pod: pod, Nodes: { metadata: {}, items: nodes }, NodeNames: null };
  }

  #ask(verb: string | undefined, args: unknown): Promise<unknown> {
    return this.#client.post(`${this.#options.urlPrefix.replace(/\/+$/, '')}/${verb}`, args);
  }
}

const nameOf = ({ metadata }: Node): string => metadata?.name ?? '';

const mapped = (
  victims: ReadonlyMap<string, ProposedVictims>,
  podsOf: (pods: readonly PodInfo[]) => readonly unknown[],
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...victims].map(([name, { pods, violations }]) => [name, { Pods: podsOf(pods), NumPDBViolations: violations }]),
  );

/** The fields of an answer in lower case: servers write them as they like, since Go reads them so. */
const fieldsOf = (value: unknown): ReadonlyMap<string, unknown> =>
  new Map(Object.entries((value ?? {}) as object).map(([name, field]) => [name.toLowerCase(), field]));

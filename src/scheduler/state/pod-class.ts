import { featuresToRun } from '#api/core/v1/declared-features.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { stringifyJson } from '#machinery/codec/encode-json.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { isShared } from '#machinery/objects/shared-json.ts';
import { podRequests, toldSizes } from './pod-resources.ts';
import { type PodTerms, podTerms } from './pod-term.ts';
import { type Amounts, PODS, type ResourceTable } from './resource-table.ts';

/** A port of the node that a pod takes. */
export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/**
 * What the scheduler asks of a pod again and again. Pods that it cannot tell apart have the same scheduling signature
 * and share one class, so what was worked out for one holds for the others. Immutable.
 */
export interface PodClass {
  /** Tells classes apart; never used twice. */
  readonly id: number;
  /** The pod that the class was made from; only what the signature covers may be read of it. */
  readonly pod: Pod;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly priority: number;
  readonly terminating: boolean;
  readonly requests: Amounts;
  readonly nonZeroCpu: number;
  readonly nonZeroMemory: number;
  readonly hostPorts: readonly HostPort[];
  /** Features that its node has to declare. */
  readonly features: readonly string[];
  readonly terms: PodTerms;
  /** Whether it has affinity terms about other pods, of any kind. */
  readonly hasTerms: boolean;
}

/** What a pod asks for, also with a guess for what its containers do not say. */
interface Sizes {
  readonly requests: ReadonlyMap<string, number>;
  readonly guessed: ReadonlyMap<string, number>;
}

const ANY_ADDRESS = '0.0.0.0';
const MAX_CLASSES = 20_000;

/** Finds the class of a pod. */
export class PodClasses {
  readonly #table: ResourceTable;
  readonly #classes = new Map<string, PodClass>();
  readonly #ending = new WeakMap<PodClass, PodClass>();
  /** The class of the last pod that had a specification; of those that many pods share. */
  readonly #bySpec = new WeakMap<object, PodClass>();
  #lastId = 0;

  constructor(table: ResourceTable) {
    this.#table = table;
  }

  of(pod: Pod): PodClass {
    const { spec } = pod;
    if (!isShared(spec)) return this.#bySignature(pod);
    let known = this.#bySpec.get(spec as object);
    if (known !== undefined && isAlike(pod, known.pod)) return known;
    known = this.#bySignature(pod);
    this.#bySpec.set(spec as object, known);
    return known;
  }

  #bySignature(pod: Pod): PodClass {
    const sizes = { requests: podRequests(pod), guessed: podRequests(pod, { guess: true }) };
    const signature = signatureOf(pod, sizes);
    let known = this.#classes.get(signature);
    if (known === undefined) {
      known = this.#create(pod, sizes);
      // Pods hold on to their classes; those forgotten here are only no longer shared with later pods.
      if (this.#classes.size >= MAX_CLASSES) this.#classes.clear();
      this.#classes.set(signature, known);
    }
    return known;
  }

  /** The class of a pod that was of this one until somebody deleted it. */
  ending(known: PodClass, pod: Pod): PodClass {
    let ending = this.#ending.get(known);
    if (ending === undefined) this.#ending.set(known, (ending = this.of(pod)));
    return ending;
  }

  #create(pod: Pod, { requests, guessed }: Sizes): PodClass {
    const terms = podTerms(pod);
    return {
      id: ++this.#lastId,
      pod,
      namespace: pod.metadata?.namespace ?? '',
      labels: pod.metadata?.labels ?? {},
      priority: pod.spec?.priority ?? 0,
      terminating: pod.metadata?.deletionTimestamp !== undefined,
      requests: amountsOf(this.#table, requests, 1),
      nonZeroCpu: guessed.get('cpu') ?? 0,
      nonZeroMemory: guessed.get('memory') ?? 0,
      hostPorts: hostPortsOf(pod),
      features: pod.spec ? featuresToRun(pod.spec) : [],
      terms,
      hasTerms: terms.affinity.length + terms.antiAffinity.length + terms.preferred.length + terms.avoided.length > 0,
    };
  }
}

/** Amounts by column; `pods` is how many pods it stands for. Zero is left out. */
export function amountsOf(table: ResourceTable, totals: ReadonlyMap<string, number>, pods?: number): Amounts {
  const columns: number[] = [];
  const values: number[] = [];
  if (pods !== undefined) {
    columns.push(PODS);
    values.push(pods);
  }
  for (const [name, value] of totals) {
    if (value === 0 || (pods !== undefined && name === 'pods')) continue;
    columns.push(table.columnOf(name));
    values.push(value);
  }
  return { columns, values };
}

/** Whether pods of one specification are of one class, at a glance: what else the signature holds is the same. */
function isAlike(pod: Pod, known: Pod): boolean {
  const { metadata } = pod;
  const { metadata: other } = known;
  return (
    metadata?.namespace === other?.namespace &&
    metadata?.deletionTimestamp === other?.deletionTimestamp &&
    toldSizes(pod) === undefined &&
    toldSizes(known) === undefined &&
    deepEqual(metadata?.labels, other?.labels) &&
    deepEqual(metadata?.ownerReferences, other?.ownerReferences)
  );
}

/**
 * Everything about a pod that local filters and scores and preemption may look at; nothing that tells equal pods apart.
 * Volumes (but for their images) and device claims are for plugins that look at the pod itself.
 */
function signatureOf({ metadata, spec }: Pod, { requests, guessed }: Sizes): string {
  const owner = metadata?.ownerReferences?.find((each) => each.controller);
  return stringifyJson([
    metadata?.namespace,
    metadata?.labels,
    metadata?.deletionTimestamp !== undefined,
    owner && [owner.apiVersion, owner.kind, owner.name],
    spec?.priority,
    spec?.preemptionPolicy,
    spec?.schedulerName,
    spec?.nodeSelector,
    spec?.affinity,
    spec?.tolerations,
    spec?.topologySpreadConstraints,
    [...requests],
    [guessed.get('cpu'), guessed.get('memory')],
    spec && featuresToRun(spec),
    [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map((container) => [
      container.image,
      container.resources?.requests,
      container.restartPolicy,
      container.ports?.some((port) => port.hostPort) ? container.ports : undefined,
    ]),
    spec?.volumes?.flatMap(({ image }) => image?.reference ?? []).join(' '),
  ]);
}

/** The host ports that the containers of a pod take. */
export function hostPortsOf(pod: Pod): HostPort[] {
  const sidecars = (pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  return [...(pod.spec?.containers ?? []), ...sidecars].flatMap((container) =>
    (container.ports ?? [])
      .filter((port) => (port.hostPort ?? 0) > 0)
      .map((port) => ({
        ip: port.hostIP || ANY_ADDRESS,
        protocol: port.protocol || 'TCP',
        port: port.hostPort as number,
      })),
  );
}

/** Whether two host ports cannot stand side by side on one node. */
export const portsConflict = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === ANY_ADDRESS || b.ip === ANY_ADDRESS);

import type { Node } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { ExtenderTls } from './extender-client.ts';

/** How an HTTP server has a say in scheduling; verbs that are absent are not asked. */
export interface ExtenderOptions {
  readonly urlPrefix: string;
  readonly filterVerb?: string | undefined;
  readonly prioritizeVerb?: string | undefined;
  readonly preemptVerb?: string | undefined;
  readonly bindVerb?: string | undefined;
  /** Of its scores. */
  readonly weight: number;
  readonly enableHTTPS?: boolean | undefined;
  readonly tls?: ExtenderTls;
  readonly timeoutMs: number;
  /** Whether it knows the nodes itself, so that names will do. */
  readonly nodeCacheCapable?: boolean | undefined;
  /** Only pods that ask for one of these are its business; all pods when there are none. */
  readonly managedResources: readonly string[];
  /** Whether pods are scheduled without it when it fails. */
  readonly ignorable?: boolean | undefined;
}

/** What an extender says of nodes. */
export interface ExtenderVerdict {
  /** Names of the nodes that fit. */
  readonly fitting: ReadonlySet<string>;
  /** Why others do not, by name. */
  readonly failed: Readonly<Record<string, string>>;
  /** The same, where evicting pods would not help. */
  readonly unresolvable: Readonly<Record<string, string>>;
}

/** Pods that would go from a node. */
export interface ProposedVictims {
  readonly pods: readonly PodInfo[];
  /** How many of them a disruption budget protects. */
  readonly violations: number;
}

/** Pods that are left of them, by uid. */
export interface AcceptedVictims {
  readonly uids: readonly string[];
  readonly violations: number;
}

/** Someone outside who is asked during scheduling. Everything throws what went wrong. */
export interface Extender {
  readonly name: string;
  readonly isIgnorable: boolean;
  readonly filters: boolean;
  readonly prioritizes: boolean;
  readonly preempts: boolean;
  readonly binds: boolean;
  /** What its scores weigh. */
  readonly weight: number;
  isInterested(pod: Pod): boolean;
  filter(pod: Pod, nodes: readonly Node[]): Promise<ExtenderVerdict>;
  /** Scores from 0 to 10 by the node's name. */
  prioritize(pod: Pod, nodes: readonly Node[]): Promise<ReadonlyMap<string, number>>;
  /** Which of these nodes, by name, may be freed, and of whom. */
  preempt(pod: Pod, victims: ReadonlyMap<string, ProposedVictims>): Promise<ReadonlyMap<string, AcceptedVictims>>;
  bind(pod: Pod, nodeName: string): Promise<void>;
  /** Lets go of its connections. */
  close(): void;
}

/** Whether a container of the pod asks for one of these resources. */
export function asksForAny({ spec }: Pod, resources: readonly string[]): boolean {
  if (resources.length === 0) return true;
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].some(({ resources: asked }) =>
    resources.some((name) => asked?.requests?.[name] !== undefined || asked?.limits?.[name] !== undefined),
  );
}

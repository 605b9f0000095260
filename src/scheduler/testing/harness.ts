import type { Node } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/logger.ts';
import { MetricRegistry } from '#base/metrics/metric-registry.ts';
import { seededRandom } from '#base/random.ts';
import type { Client } from '#client/client.ts';
import { createEventRecorder } from '#client/events/event-recorder.ts';
import { InformerFactory } from '#client/informer-factory.ts';
import { Extenders } from '../extender/extenders.ts';
import { diagnosisMessage } from '../framework/diagnosis.ts';
import type { Framework } from '../framework/framework.ts';
import { Nominations } from '../framework/nominations.ts';
import { PreBindings } from '../framework/pre-bindings.ts';
import { createFramework, type Profile } from '../framework/profile.ts';
import { WaitingPods } from '../framework/waiting-pods.ts';
import { SchedulerMetrics } from '../metrics/scheduler-metrics.ts';
import { ClusterState } from '../state/cluster-state.ts';
import type { PodInfo } from '../state/pod-info.ts';

/** What one cycle came to. */
export type Outcome = Readonly<Record<string, number>> | string;

/** A state and a profile without a queue: tells what each pod would get. */
export class Harness {
  readonly state = new ClusterState();
  readonly framework: Framework;

  /** `informers`: those of others, to be started by them. */
  constructor(client: Client, profile: Partial<Profile> = {}, informers = new InformerFactory(client)) {
    this.framework = createFramework(
      { schedulerName: 'default-scheduler', ...profile },
      {
        state: this.state,
        nominations: new Nominations(this.state),
        informers,
        client,
        events: createEventRecorder(client, { component: 'test', clock: systemClock, logger: silentLogger }),
        clock: systemClock,
        random: seededRandom(1),
        logger: silentLogger,
        extenders: new Extenders([], this.state, silentLogger),
        waiting: new WaitingPods(systemClock),
        preBindings: new PreBindings(),
        metrics: new SchedulerMetrics(new MetricRegistry(), systemClock),
        activate: () => {},
        resume: () => {},
      },
    );
  }

  place(pod: Pod, nodeName: string): PodInfo {
    const info = this.state.describe(pod);
    this.state.placePod(info, nodeName);
    return info;
  }

  /** The total score of each node that fits, or why none does (without what preemption says). */
  judge(pod: Pod): Outcome {
    const cycle = { pod: this.state.describe(pod), state: this.state, data: new Map() };
    const outcome = this.framework.filter(cycle);
    if (!outcome.fits) return diagnosisMessage(outcome.diagnosis);
    const scores = this.framework.score(cycle, outcome.nodes);
    const names = Array.from(outcome.nodes.slots, (slot) => this.state.at(slot)?.name ?? '');
    return Object.fromEntries(names.map((name, index) => [name, scores[index] as number]));
  }

  /** The node that is best for a pod, or why it fits nowhere. */
  choose(pod: Pod): string {
    const cycle = { pod: this.state.describe(pod), state: this.state, data: new Map() };
    const choice = this.framework.choose(cycle, seededRandom(1));
    return choice.fits ? choice.node.name : diagnosisMessage(choice.diagnosis);
  }
}

export interface NodeShape {
  readonly labels?: Readonly<Record<string, string>>;
  readonly allocatable?: Readonly<Record<string, string>>;
  readonly taints?: NonNullable<Node['spec']>['taints'];
  readonly unschedulable?: boolean;
}

export function makeNode(name: string, { labels = {}, allocatable, taints, unschedulable }: NodeShape = {}): Node {
  return {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: { ...(taints ? { taints } : {}), ...(unschedulable ? { unschedulable } : {}) },
    status: { allocatable: allocatable ?? { cpu: '4', memory: '8Gi', pods: '110' } },
  } as Node;
}

export interface PodShape {
  readonly labels?: Readonly<Record<string, string>>;
  readonly namespace?: string;
  readonly requests?: Readonly<Record<string, string>>;
  readonly spec?: object;
}

export const makePod = (name: string, { labels = {}, namespace = 'default', requests, spec }: PodShape = {}): Pod =>
  ({
    metadata: { name, namespace, labels, uid: `uid-of-${name}` },
    spec: { containers: [{ name: 'c', image: 'x', ...(requests ? { resources: { requests } } : {}) }], ...spec },
    status: { phase: 'Pending' },
  }) as Pod;

import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Random } from '#base/random.ts';
import type { Client } from '#client/client.ts';
import type { EventRecorder } from '#client/events/event-recorder.ts';
import type { InformerFactory } from '#client/informer-factory.ts';
import type { Extenders } from '../extender/extenders.ts';
import type { SchedulerMetrics } from '../metrics/scheduler-metrics.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodGroupIndex } from '../state/pod-group-index.ts';
import type { Nominations } from './nominations.ts';
import type { Cycle, Plugin } from './plugin.ts';
import type { PreBindings } from './pre-bindings.ts';
import type { Status } from './status.ts';
import type { WaitingPods } from './waiting-pods.ts';

/** What plugins are made with. */
export interface PluginContext {
  readonly state: ClusterState;
  readonly nominations: Nominations;
  readonly informers: InformerFactory;
  readonly client: Client;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly extenders: Extenders;
  readonly metrics: Pick<SchedulerMetrics, 'events' | 'plugins' | 'preemption'>;
  /** Features that are on beside those that always are. */
  readonly featureGates?: ReadonlySet<string>;
  /** Groups of pods that are scheduled together, where that is on. */
  readonly groups?: PodGroupIndex;
  /** Pods that wait for a permit. */
  readonly waiting: WaitingPods;
  /** Pods that are made ready to be bound. */
  readonly preBindings: PreBindings;
  /** Whether the cycle's pod would pass the filters of its profile on a node, as it is at this moment. */
  readonly fits: (cycle: Cycle, node: NodeInfo) => Status | undefined;
  /** Whether the filters that the cycle's pod has to pass look at nothing but single nodes. */
  readonly isLocal: (cycle: Cycle) => boolean;
  /** Puts a pod that waits for anything back among those to be tried. */
  readonly activate: (uid: string) => void;
  /** Lets a pod that a plugin has kept from being tried since it was refused wait for what may help it. */
  readonly resume: (uid: string) => void;
}

/** Makes a plugin for one profile; `args` are those of its `pluginConfig`, defaults filled in. */
export type PluginFactory<Args = unknown> = (context: PluginContext, args: Args) => Plugin;

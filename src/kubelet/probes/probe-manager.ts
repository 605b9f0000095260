import type { Pod } from '#api/core/v1/pod.ts';
import type { Clock } from '#base/clock.ts';
import type { ContainerStatus, RuntimeService } from '#cri/runtime.ts';
import type { EventSink } from '../event-sink.ts';
import { type ContainerPart, isRestartableInit } from '../pod-parts.ts';
import type { ProbeFindings } from '../sync/plan.ts';
import { type ProbeType, runProbeWorker } from './probe-worker.ts';

interface Watched {
  readonly podUid: string;
  readonly stop: AbortController;
  readonly running: Set<ProbeType>;
  /** Undefined while thresholds have not been passed. */
  readonly results: Map<ProbeType, boolean>;
  readonly probes: ReadonlySet<ProbeType>;
  podIP: string;
}

export interface ProbeManagerOptions {
  readonly runtime: RuntimeService;
  readonly events: EventSink;
  readonly clock: Clock;
  /** Called with the uid of the pod whose probes found something new. */
  readonly onChange: (podUid: string) => void;
}

/** Probes the running containers of this node's pods. */
export class ProbeManager implements ProbeFindings {
  readonly #options: ProbeManagerOptions;
  readonly #watched = new Map<string, Watched>();

  constructor(options: ProbeManagerOptions) {
    this.#options = options;
  }

  /**
   * Starts probing a running container, or the probes whose turn has come since. `knownReady` is what was last told of
   * it: a restarted kubelet believes it until its own probes say otherwise.
   */
  watch(
    pod: Pod,
    part: ContainerPart,
    facts: {
      readonly status: ContainerStatus;
      readonly podIP: string;
      readonly known?: { readonly ready: boolean; readonly started: boolean } | undefined;
    },
  ): void {
    const { status } = facts;
    let watched = this.#watched.get(status.id);
    if (watched === undefined) {
      const probes = probesOf(part);
      if (probes.size === 0) return;
      const results = new Map<ProbeType, boolean>();
      if (facts.known?.started && probes.has('startup')) results.set('startup', true);
      if (facts.known?.ready && probes.has('readiness')) results.set('readiness', true);
      watched = {
        podUid: pod.metadata?.uid ?? '',
        stop: new AbortController(),
        running: new Set(),
        results,
        probes,
        podIP: facts.podIP,
      };
      this.#watched.set(status.id, watched);
    }
    watched.podIP = facts.podIP;
    for (const type of watched.probes)
      if (!watched.running.has(type)) this.#startProbe(pod, part, { status, watched, type });
  }

  /** Ends the probes of containers of a pod that are not in `running`. */
  retain(podUid: string, running: ReadonlySet<string>): void {
    for (const [id, watched] of this.#watched) {
      if (watched.podUid !== podUid || running.has(id)) continue;
      watched.stop.abort();
      this.#watched.delete(id);
    }
  }

  /** Ends all probes but readiness, which still tells services about an ending pod. */
  stopLiveness(podUid: string): void {
    for (const watched of this.#watched.values()) {
      if (watched.podUid === podUid) {
        watched.results.delete('liveness');
        watched.results.set('startup', watched.results.get('startup') !== false);
      }
    }
  }

  close(): void {
    for (const { stop } of this.#watched.values()) stop.abort();
    this.#watched.clear();
  }

  failed(containerId: string): 'liveness' | 'startup' | undefined {
    const results = this.#watched.get(containerId)?.results;
    if (results?.get('startup') === false) return 'startup';
    return results?.get('liveness') === false ? 'liveness' : undefined;
  }

  started(containerId: string): boolean {
    const watched = this.#watched.get(containerId);
    return !watched?.probes.has('startup') || watched.results.get('startup') === true;
  }

  ready(containerId: string): boolean {
    const watched = this.#watched.get(containerId);
    return !watched?.probes.has('readiness') || watched.results.get('readiness') === true;
  }

  #startProbe(
    pod: Pod,
    part: ContainerPart,
    {
      status,
      watched,
      type,
    }: { readonly status: ContainerStatus; readonly watched: Watched; readonly type: ProbeType },
  ): void {
    const isStarted = !watched.probes.has('startup') || watched.results.get('startup') === true;
    if (type === 'startup' ? isStarted : !isStarted) return;
    const probe = part.container[`${type}Probe`];
    if (!probe) return;
    watched.running.add(type);
    const { runtime, events, clock, onChange } = this.#options;
    void runProbeWorker({
      type,
      probe,
      pod,
      part,
      containerId: status.id,
      startedAt: status.startedAt,
      podIP: () => watched.podIP,
      runtime,
      events,
      clock,
      signal: watched.stop.signal,
      onResult: (passed) => {
        if (watched.results.get(type) === passed) return;
        watched.results.set(type, passed);
        onChange(watched.podUid);
      },
    });
  }
}

function probesOf(part: ContainerPart): ReadonlySet<ProbeType> {
  const types = new Set<ProbeType>();
  if (part.kind === 'ephemeralContainers' || (part.kind === 'initContainers' && !isRestartableInit(part))) return types;
  for (const type of ['liveness', 'readiness', 'startup'] as const) if (part.container[`${type}Probe`]) types.add(type);
  return types;
}

import type { Pod } from '#api/core/v1/pod.ts';
import type { Probe } from '#api/core/v1/probe.ts';
import type { Clock } from '#base/clock.ts';
import type { RuntimeService } from '#cri/runtime.ts';
import { containerFieldPath, type EventSink } from '../event-sink.ts';
import type { ContainerPart } from '../pod-parts.ts';
import type { ProbeOutcome } from './outcome.ts';
import { runProbe } from './run-probe.ts';

export type ProbeType = 'liveness' | 'readiness' | 'startup';

export interface ProbeWorkerOptions {
  readonly type: ProbeType;
  readonly probe: Probe;
  readonly pod: Pod;
  readonly part: ContainerPart;
  readonly containerId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly podIP: () => string;
  readonly runtime: RuntimeService;
  readonly events: EventSink;
  readonly clock: Clock;
  /** Called when thresholds have been passed. */
  readonly onResult: (passed: boolean) => void;
  readonly signal: AbortSignal;
}

const TITLES = { liveness: 'Liveness', readiness: 'Readiness', startup: 'Startup' };

/** Probes one container in one way until the signal aborts; a startup probe ends with its first result. */
export async function runProbeWorker(options: ProbeWorkerOptions): Promise<void> {
  const { clock, probe, signal, type } = options;
  const period = (probe.periodSeconds ?? 10) * 1000;
  const firstAt = options.startedAt + (probe.initialDelaySeconds ?? 0) * 1000;
  const thresholds = { success: probe.successThreshold ?? 1, failure: probe.failureThreshold ?? 3 };
  let run = 0;
  let last: boolean | undefined;
  let wait = Math.max(0, firstAt - clock.now());
  while (!signal.aborted) {
    if (wait > 0) await clock.sleep(wait, signal).catch(() => {});
    if (signal.aborted) return;
    const outcome = await probeWithRetries(options);
    if (signal.aborted) return;
    const passed = outcome.result === 'success' || outcome.result === 'warning';
    report(options, outcome);
    run = passed === last ? run + 1 : 1;
    last = passed;
    if (run >= (passed ? thresholds.success : thresholds.failure)) {
      options.onResult(passed);
      // A container that is to be restarted is not probed again, and what has started has started.
      if ((type !== 'readiness' && !passed) || type === 'startup') return;
    }
    wait = period;
  }
}

const RETRIES_ON_ERROR = 3;

/** Errors of the prober itself are tried again at once, as they say nothing of the container. */
async function probeWithRetries(options: ProbeWorkerOptions): Promise<ProbeOutcome> {
  const target = { container: options.part.container, containerId: options.containerId, podIP: options.podIP() };
  let outcome: ProbeOutcome = { result: 'error', output: '' };
  for (
    let attempt = 0;
    attempt < RETRIES_ON_ERROR && outcome.result === 'error' && !options.signal.aborted;
    attempt++
  ) {
    outcome = await runProbe(options.probe, target, options.runtime);
  }
  return outcome;
}

function report({ type, pod, part, events }: ProbeWorkerOptions, { result, output }: ProbeOutcome): void {
  const title = TITLES[type];
  const record = (reason: string, message: string) =>
    events.record(pod, 'Warning', reason, message, { fieldPath: containerFieldPath(part.kind, part.container.name) });
  if (result === 'warning') record('ProbeWarning', `${title} probe warning: ${output}`);
  else if (result === 'failure') record('Unhealthy', `${title} probe failed: ${output}`);
  else if (result === 'error') record('Unhealthy', `${title} probe errored and resulted in failure state: ${output}`);
}

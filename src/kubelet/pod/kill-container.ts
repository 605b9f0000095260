import type { Pod } from '#api/core/v1/pod.ts';
import type { ContainerStatus } from '#cri/runtime.ts';
import { containerFieldPath } from '../event-sink.ts';
import { runHook } from '../lifecycle/run-hook.ts';
import type { ContainerPart } from '../pod-parts.ts';
import type { PodContext } from './pod-context.ts';

export interface KillContainerInput {
  readonly status: ContainerStatus;
  /** Undefined when the spec has no such container any more. */
  readonly part: ContainerPart | undefined;
  readonly podIP: string;
  readonly gracePeriodSeconds: number;
  readonly message?: string;
  readonly signal: AbortSignal;
}

/** Even when hooks have used up the time, a container gets this long between its stop signal and SIGKILL. */
const MIN_SECONDS = 2;

/** Runs the preStop hook and stops a container; hook and signal share the grace period. */
export async function killContainer(context: PodContext, pod: Pod, input: KillContainerInput): Promise<void> {
  const { status, part, gracePeriodSeconds, signal } = input;
  const name = status.metadata.name;
  const fieldPath = containerFieldPath(part?.kind ?? 'containers', name);
  context.events.record(pod, 'Normal', 'Killing', input.message ?? `Stopping container ${name}`, { fieldPath });
  const started = context.clock.monotonic();
  if (part?.container.lifecycle?.preStop && gracePeriodSeconds > 0) await runPreStop(context, pod, part, input);
  if (signal.aborted) return;
  const used = Math.floor((context.clock.monotonic() - started) / 1000);
  const left =
    gracePeriodSeconds <= MIN_SECONDS ? gracePeriodSeconds : Math.max(gracePeriodSeconds - used, MIN_SECONDS);
  await context.runtime.stopContainer(status.id, left);
}

async function runPreStop(
  context: PodContext,
  pod: Pod,
  part: ContainerPart,
  input: KillContainerInput,
): Promise<void> {
  const { runtime, clock, events } = context;
  const hook = part.container.lifecycle?.preStop;
  if (!hook) return;
  const ends = new AbortController();
  const timer = clock.setTimer(input.gracePeriodSeconds * 1000, () => ends.abort());
  const signal = AbortSignal.any([ends.signal, input.signal]);
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  const target = {
    container: part.container,
    containerId: input.status.id,
    podIP: input.podIP,
    runtime,
    clock,
    signal,
  };
  const run = runHook(hook, target).catch((error: Error) => {
    if (signal.aborted) return;
    context.logger.info('preStop hook failed', { container: part.container.name, error });
    const fieldPath = containerFieldPath(part.kind, part.container.name);
    events.record(pod, 'Warning', 'FailedPreStopHook', 'PreStopHook failed', { fieldPath });
  });
  await Promise.race([run, aborted]);
  timer.cancel();
}

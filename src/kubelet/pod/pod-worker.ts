import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { Timer } from '#base/clock.ts';
import type { PodSandboxConfig } from '#cri/runtime.ts';
import { isConflict, isNotFound } from '#machinery/errors/status-error.ts';
import { boundedSeconds, millisecondsOf } from '#machinery/objects/seconds.ts';
import { parseTime } from '#machinery/objects/time.ts';
import { sandboxConfig } from '../container/sandbox-config.ts';
import { terminationMessage } from '../logs/termination-message.ts';
import { describePod, findContainer, gracePeriodOf, isDone, specOf, uidOf } from '../pod-parts.ts';
import { podStatus } from '../status/pod-status.ts';
import { StatusWriter } from '../status/status-writer.ts';
import { type KillAction, planSync, type SyncPlan } from '../sync/plan.ts';
import { type PodRuntimeState, readPodRuntimeState } from '../sync/runtime-state.ts';
import type { VolumesResult } from '../volumes/volume-manager.ts';
import type { Refusal } from './admit-pod.ts';
import { ContainerResizer } from './container-resizer.ts';
import { ContainerStarter } from './container-starter.ts';
import { createSandbox } from './create-sandbox.ts';
import { endPod } from './end-pod.ts';
import { killContainer } from './kill-container.ts';
import { isSameForUs } from './pod-changes.ts';
import type { PodContext } from './pod-context.ts';

export interface PodWorkerOptions {
  readonly signal: AbortSignal;
  /** Called when nothing of the pod is left. */
  readonly onGone: (worker: PodWorker) => void;
  /** Why the node does not take the pod; asked once, before its first container. */
  readonly admit: (pod: Pod) => Refusal | undefined;
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 122_000;

/**
 * Makes one pod be as its spec says: woken by changes of the pod, of its containers, of its probes and by time, it
 * looks at everything anew and does what is missing, one pass after another.
 */
export class PodWorker {
  readonly uid: string;
  readonly #context: PodContext;
  readonly #status: StatusWriter;
  readonly #signal: AbortSignal;
  readonly #onGone: PodWorkerOptions['onGone'];
  readonly #admit: PodWorkerOptions['admit'];
  /** Aborts what prepares containers when the pod is to end. */
  readonly #starting = new AbortController();
  readonly #starter: ContainerStarter;
  readonly #resizer: ContainerResizer;
  readonly #messages = new Map<string, string>();
  #pod: Pod;
  #removed = false;
  #finished = false;
  #verdict: { readonly reason: string; readonly message: string } | undefined;
  #dirty = false;
  #running: Promise<void> | undefined;
  #timer: { readonly at: number; readonly timer: Timer } | undefined;
  #retryMs = FIRST_RETRY_MS;
  #isGone = false;
  #isAdmitted = false;
  #takesRoom = true;

  constructor(context: PodContext, pod: Pod, options: PodWorkerOptions) {
    this.#context = context;
    this.#resizer = new ContainerResizer(context);
    this.#starter = new ContainerStarter(context, (milliseconds) => this.#wakeIn(milliseconds));
    this.#pod = pod;
    this.uid = uidOf(pod);
    this.#signal = options.signal;
    this.#onGone = options.onGone;
    this.#admit = options.admit;
    this.#status = new StatusWriter(pod, context, options.signal);
  }

  get pod(): Pod {
    return this.#pod;
  }

  /** The pod with the status that the kubelet knows, ahead of the API server. */
  get current(): Pod {
    return { ...this.#pod, status: this.#status.status };
  }

  /** Whether the pod's requests count: until everything of it has ended, and the API server is about to know. */
  get takesRoom(): boolean {
    return this.#takesRoom && !this.#removed;
  }

  /** Resolves when the pass under way has ended. */
  async idle(): Promise<void> {
    await this.#running;
    await this.#status.flush();
  }

  /** Takes over a newer state of the pod. */
  update(pod: Pod): void {
    const old = this.#pod;
    this.#pod = pod;
    this.#status.observe(pod);
    if (pod.metadata?.deletionTimestamp && !old.metadata?.deletionTimestamp) this.#beginEnd();
    else if (old.metadata?.deletionTimestamp && gracePeriodOf(pod) < gracePeriodOf(old)) this.#hasten();
    if (!isSameForUs(old, pod)) this.wake();
  }

  /** The API server has no such pod any more: what runs of it is ended. */
  remove(last: Pod): void {
    const old = this.#pod;
    this.#pod = last;
    this.#removed = true;
    this.#beginEnd();
    if (old.metadata?.deletionTimestamp && gracePeriodOf(last) < gracePeriodOf(old)) this.#hasten();
    this.wake();
  }

  /** Looks at the pod again, now or after the pass under way. */
  wake(): void {
    this.#dirty = true;
    if (this.#isGone || this.#signal.aborted) return;
    this.#running ??= this.#run();
  }

  #wakeIn(milliseconds: number): void {
    const { clock } = this.#context;
    const at = clock.now() + milliseconds;
    if (this.#timer && this.#timer.at <= at && this.#timer.at > clock.now()) return;
    this.#timer?.timer.cancel();
    this.#timer = { at, timer: clock.setTimer(milliseconds, () => this.wake()) };
  }

  #beginEnd(): void {
    this.#starting.abort(new Error('pod is ending'));
  }

  /** The grace period became shorter while containers are being stopped. */
  #hasten(): void {
    const { runtime, logger } = this.#context;
    const stop = async () => {
      const { containers } = await readPodRuntimeState(runtime, this.uid);
      const running = containers.filter(({ state }) => state === 'RUNNING');
      await Promise.all(running.map(({ id }) => runtime.stopContainer(id, gracePeriodOf(this.#pod))));
    };
    stop().catch((error) => logger.warn('container not stopped sooner', { pod: describePod(this.#pod), error }));
  }

  async #run(): Promise<void> {
    while (this.#dirty && !this.#isGone && !this.#signal.aborted) {
      this.#dirty = false;
      try {
        await this.#pass();
        this.#retryMs = FIRST_RETRY_MS;
      } catch (error) {
        if (this.#signal.aborted) break;
        if (this.#starting.signal.aborted && error === this.#starting.signal.reason) {
          this.#dirty = true;
          continue;
        }
        this.#context.logger.warn('pod not synced, will retry', { pod: describePod(this.#pod), error });
        this.#wakeIn(this.#retryMs);
        this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
      }
    }
    this.#running = undefined;
  }

  async #pass(): Promise<void> {
    const state = await this.#observe();
    this.#checkDeadline();
    if (!this.#isEnding()) this.#checkAdmission(state);
    if (this.#isEnding()) return this.#end(state);
    const plan = planSync(this.#pod, state, this.#context.probes, this.#starter.restarting);
    if (plan.podFinished) {
      this.#finished = true;
      return this.#end(state);
    }
    const kill = [...plan.kill, ...this.#resizer.restarts(this.#pod, state, this.#admit)];
    if (kill.length === 0) await this.#resizer.apply(this.#pod, state);
    this.#publish(state);
    if (kill.length > 0) {
      await this.#kill(kill, state);
      this.#dirty = true;
      return;
    }
    await this.#startMissing(plan, state);
  }

  #isEnding(): boolean {
    return (
      this.#removed ||
      this.#finished ||
      this.#verdict !== undefined ||
      Boolean(this.#pod.metadata?.deletionTimestamp) ||
      isDone(this.#pod)
    );
  }

  /** What the runtime holds now, with probes running for what runs and last words read of what has ended. */
  async #observe(): Promise<PodRuntimeState> {
    const { runtime, probes, clock, nodeAddresses } = this.#context;
    const state = await readPodRuntimeState(runtime, this.uid);
    const spec = specOf(this.#pod);
    const podIP = (spec.hostNetwork ? nodeAddresses[0] : state.sandboxes[0]?.ips[0]) ?? '';
    const known = this.#status.status;
    const running = new Set<string>();
    for (const status of state.containers) {
      if (status.state === 'EXITED' && !this.#messages.has(status.id)) {
        this.#messages.set(status.id, await terminationMessage(status, clock));
      }
      if (status.state !== 'RUNNING') continue;
      running.add(status.id);
      const part = findContainer(spec, status.metadata.name);
      if (part === undefined) continue;
      const told = [...(known.containerStatuses ?? []), ...(known.initContainerStatuses ?? [])].find(
        ({ containerID }) => containerID?.endsWith(status.id),
      );
      const facts = told && { ready: told.ready, started: told.started ?? false };
      probes.watch(this.#pod, part, { status, podIP, known: facts });
    }
    probes.retain(this.uid, running);
    const present = new Set(state.containers.map(({ id }) => id));
    for (const id of this.#messages.keys()) if (!present.has(id)) this.#messages.delete(id);
    return state;
  }

  #checkDeadline(): void {
    const { activeDeadlineSeconds } = specOf(this.#pod);
    const { startTime } = this.#status.status;
    if (activeDeadlineSeconds === undefined || !startTime || this.#isEnding()) return;
    const left = parseTime(startTime) + millisecondsOf(activeDeadlineSeconds) - this.#context.clock.now();
    if (left > 0) return this.#wakeIn(left);
    const message = 'Pod was active on the node longer than the specified deadline';
    this.#verdict = { reason: 'DeadlineExceeded', message };
    this.#context.events.record(this.#pod, 'Normal', 'DeadlineExceeded', message);
  }

  /** A pod of which something runs was taken before. */
  #checkAdmission({ sandboxes }: PodRuntimeState): void {
    if (this.#isAdmitted) return;
    this.#isAdmitted = true;
    const refusal = sandboxes.length > 0 ? undefined : this.#admit(this.#pod);
    if (refusal === undefined) return;
    const { reason, message } = refusal;
    this.#verdict = { reason, message };
    this.#context.events.record(this.#pod, 'Warning', reason, message);
  }

  #publish(state: PodRuntimeState, isTerminal = false): void {
    const { probes, clock, nodeAddresses, runtimeName } = this.#context;
    this.#status.set(
      podStatus(this.#pod, {
        state,
        waiting: this.#starter.waiting,
        messages: this.#messages,
        known: this.#status.status,
        isReady: (id) => probes.ready(id),
        isStarted: (id) => probes.started(id),
        runtimeName: runtimeName(),
        nodeAddresses,
        now: clock.now(),
        resourcesOf: (status, container) => this.#resizer.resourcesOf(status, container),
        resizeRefusal: this.#resizer.refusal,
        isEnding: this.#isEnding(),
        isTerminal,
        verdict: this.#verdict,
      }),
    );
  }

  async #kill(kill: readonly KillAction[], state: PodRuntimeState): Promise<void> {
    const podIP = state.sandboxes[0]?.ips[0] ?? '';
    await Promise.all(
      kill.map(async (action) => {
        if (action.part) this.#starter.restarting.add(action.part.container.name);
        await killContainer(this.#context, this.#pod, {
          ...action,
          podIP,
          gracePeriodSeconds: this.#graceOf(action),
          signal: this.#signal,
        });
      }),
    );
  }

  #graceOf({ part, reason }: KillAction): number {
    const probe = reason === 'liveness' || reason === 'startup' ? part?.container[`${reason}Probe`] : undefined;
    return boundedSeconds(
      probe?.terminationGracePeriodSeconds ?? specOf(this.#pod).terminationGracePeriodSeconds ?? 30,
    );
  }

  async #startMissing(plan: SyncPlan, state: PodRuntimeState): Promise<void> {
    const { volumes, nodeAddresses, nodeName } = this.#context;
    if (plan.start.length === 0 && !plan.createSandbox) {
      await this.#refreshVolumes();
      return;
    }
    const facts = { podIPs: [], hostIPs: nodeAddresses, nodeName };
    const config = this.#sandboxConfig(plan.attempt);
    const [sandbox, mounted] = await Promise.all([
      plan.sandbox ?? createSandbox(this.#context, this.#pod, { plan, state, config }),
      volumes.mount(this.#pod, facts),
    ]);
    if (this.#reportFailedMounts(mounted)) return this.#publish(await this.#observe());
    for (const part of plan.start) {
      if (this.#starting.signal.aborted) break;
      const known = this.#status.status;
      await this.#starter.start(this.#pod, part, {
        sandbox,
        config,
        mounted,
        state,
        known,
        signal: this.#starting.signal,
      });
    }
    this.#publish(await this.#observe());
    // The next init container's turn, or the app containers', may have come.
    this.#dirty = true;
    this.#scheduleRenewal(mounted);
    if (plan.start.every((part) => this.#starter.waiting.has(part.container.name))) this.#dirty = false;
  }

  /** Contents of volumes follow the objects they are made of. */
  async #refreshVolumes(): Promise<void> {
    const { volumes, nodeAddresses, nodeName } = this.#context;
    this.#scheduleRenewal(await volumes.mount(this.#pod, { podIPs: [], hostIPs: nodeAddresses, nodeName }));
  }

  #scheduleRenewal({ renewAt }: VolumesResult): void {
    if (renewAt > 0) this.#wakeIn(Math.max(1000, renewAt - this.#context.clock.now()));
  }

  #reportFailedMounts({ failures }: VolumesResult): boolean {
    for (const [name, message] of failures) {
      const text = `MountVolume.SetUp failed for volume "${name}" : ${message}`;
      this.#context.events.record(this.#pod, 'Warning', 'FailedMount', text);
    }
    if (failures.size === 0) return false;
    this.#wakeIn(this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
    return true;
  }

  #sandboxConfig(attempt: number): PodSandboxConfig {
    const { dns, nodeName, directories } = this.#context;
    return sandboxConfig(this.#pod, { dns, nodeName, attempt, logDirectory: directories.podLogs(this.#pod) });
  }

  async #end(state: PodRuntimeState): Promise<void> {
    this.#beginEnd();
    const { probes, volumes, images, crashBackOff } = this.#context;
    probes.stopLiveness(this.uid);
    const hasRunning = state.containers.some((status) => status.state === 'RUNNING');
    if (hasRunning) this.#publish(state);
    await endPod(this.#context, this.#pod, { state, signal: this.#signal });
    const wasDone = isDone(this.#pod);
    const after = await this.#observe();
    if (!this.#removed && !wasDone) this.#publish(after, true);
    await this.#status.flush();
    if (!this.#removed && !this.#pod.metadata?.deletionTimestamp) return;
    await volumes.remove(this.uid);
    this.#takesRoom = false;
    if (!this.#removed) await this.#deleteFromApi();
    images.forget(this.uid);
    crashBackOff.forget(`${this.uid}_`);
    await this.#discard(after);
  }

  /** The last step of a graceful deletion: the object goes. */
  async #deleteFromApi(): Promise<void> {
    const { name = '', namespace = '', uid } = this.#pod.metadata ?? {};
    const preconditions = { uid: uid ?? '' };
    try {
      await this.#context.client.of<Pod>(Pods).delete(name, { namespace, gracePeriodSeconds: 0, preconditions });
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }

  /** Removes what is left of the pod on the node. */
  async #discard({ containers, sandboxes }: PodRuntimeState): Promise<void> {
    const { runtime } = this.#context;
    await Promise.all(containers.map(({ id }) => runtime.removeContainer(id)));
    await Promise.all(sandboxes.map(({ id }) => runtime.removePodSandbox(id)));
    this.#isGone = true;
    this.#timer?.timer.cancel();
    this.#onGone(this);
  }
}

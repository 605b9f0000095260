import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { type ContainerEvent, CriError, type PodNetwork } from '../runtime.ts';
import type { CgroupTree } from './cgroup/cgroup-tree.ts';
import type { RootfsMode } from './container/rootfs.ts';
import type { EnginePaths } from './engine-paths.ts';
import type { EventHub } from './event-hub.ts';
import type { ImageStore } from './image/image-store.ts';
import type { LowLevelRuntime } from './low-level-runtime.ts';
import type { ContainerRecord, RecordStore, SandboxRecord } from './records.ts';
import type { HostLimits } from './spec/build-container-spec.ts';
import type { PipePool } from './system/pipe-pool.ts';

/** What the engine's parts share once it has started. */
export interface EngineContext {
  readonly paths: EnginePaths;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly network: PodNetwork;
  readonly runtime: LowLevelRuntime;
  /** Program name or path. */
  readonly conmon: string;
  readonly cgroups: CgroupTree;
  /** Put before every cgroup path; empty for the hierarchy's root. */
  readonly cgroupRoot: string;
  readonly rootfsMode: RootfsMode;
  readonly host: HostLimits;
  readonly images: ImageStore;
  readonly sandboxes: RecordStore<SandboxRecord>;
  readonly containers: RecordStore<ContainerRecord>;
  readonly events: EventHub;
  readonly pipes: PipePool;
  readonly newId: () => string;
}

/** Rejects with `NotFound` in containerd's words. */
export function requireSandbox(context: EngineContext, id: string): SandboxRecord {
  const sandbox = context.sandboxes.find(id);
  if (sandbox !== undefined) return sandbox;
  throw new CriError('NotFound', `an error occurred when try to find sandbox: sandbox "${id}" not found: not found`);
}

/** Rejects with `NotFound` in containerd's words. */
export function requireContainer(context: EngineContext, id: string): ContainerRecord {
  const container = context.containers.find(id);
  if (container !== undefined) return container;
  throw new CriError('NotFound', `an error occurred when try to find container "${id}": not found`);
}

export function emitContainerEvent(
  context: EngineContext,
  type: ContainerEvent['type'],
  record: ContainerRecord,
): void {
  const podUid = context.sandboxes.get(record.sandboxId)?.config.metadata.uid ?? '';
  context.events.emit({ type, containerId: record.id, sandboxId: record.sandboxId, podUid });
}

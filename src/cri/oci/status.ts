import type { ContainerFilter, ContainerStatus, PodSandboxStatus, SandboxFilter } from '../runtime.ts';
import type { ContainerRecord, SandboxRecord } from './records.ts';

/** A sandbox as the interface shows it. */
export function sandboxStatus(record: SandboxRecord): PodSandboxStatus {
  const { id, config, createdAt, ips } = record;
  const state = record.state === 'READY' ? 'READY' : 'NOTREADY';
  return {
    id,
    metadata: config.metadata,
    state,
    createdAt,
    ips,
    labels: config.labels,
    annotations: config.annotations,
  };
}

/** A container as the interface shows it. */
export function containerStatus(record: ContainerRecord): ContainerStatus {
  const { config, state } = record;
  return {
    id: record.id,
    sandboxId: record.sandboxId,
    metadata: config.metadata,
    state,
    createdAt: record.createdAt,
    startedAt: record.startedAt,
    finishedAt: record.finishedAt,
    exitCode: record.exitCode,
    reason: record.reason,
    message: record.message,
    image: config.image,
    imageRef: record.imageRef,
    labels: config.labels,
    annotations: config.annotations,
    logPath: record.logPath,
    pid: state === 'RUNNING' ? (record.process?.pid ?? 0) : 0,
    mounts: config.mounts,
  };
}

export function matchesSandbox(record: SandboxRecord, filter: SandboxFilter): boolean {
  return (
    record.state !== 'CREATING' &&
    (filter.id === undefined || record.id.startsWith(filter.id)) &&
    (filter.podUid === undefined || record.config.metadata.uid === filter.podUid) &&
    hasLabels(record.config.labels, filter.labels)
  );
}

export function matchesContainer(record: ContainerRecord, filter: ContainerFilter): boolean {
  return (
    (filter.id === undefined || record.id.startsWith(filter.id)) &&
    (filter.sandboxId === undefined || record.sandboxId.startsWith(filter.sandboxId)) &&
    (filter.state === undefined || record.state === filter.state) &&
    hasLabels(record.config.labels, filter.labels)
  );
}

function hasLabels(labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>> = {}): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

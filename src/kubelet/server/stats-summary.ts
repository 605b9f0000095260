import { statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import type { Pod } from '#api/core/v1/pod.ts';
import type { ContainerStats, ContainerStatus } from '#cri/runtime.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { POD_UID_LABEL } from '../names.ts';
import type { ServerContext } from './server-context.ts';

interface Measured {
  readonly status: ContainerStatus;
  readonly stats: ContainerStats;
}

/** What every running container uses now. */
export async function measureContainers({ runtime }: ServerContext): Promise<Measured[]> {
  const running = await runtime.listContainers({ state: 'RUNNING' });
  const measured = await Promise.all(
    running.map(async (status) => {
      // A container that ends meanwhile uses nothing any more.
      const stats = await runtime.containerStats(status.id).catch(() => undefined);
      return stats && { status, stats };
    }),
  );
  return measured.filter((each) => each !== undefined);
}

/** The answer of `/stats/summary`. */
export async function statsSummary(context: ServerContext): Promise<object> {
  const { clock, machine, nodeName, directories } = context;
  const [measured, disk] = await Promise.all([measureContainers(context), statfs(directories.root)]);
  const time = formatTime(clock.now());
  const fs = {
    time,
    availableBytes: disk.bavail * disk.bsize,
    capacityBytes: disk.blocks * disk.bsize,
    usedBytes: (disk.blocks - disk.bfree) * disk.bsize,
    inodesFree: disk.ffree,
    inodes: disk.files,
    inodesUsed: disk.files - disk.ffree,
  };
  const workingSetBytes = machine.memoryBytes - freemem();
  return {
    node: {
      nodeName,
      startTime: time,
      cpu: { time, usageNanoCores: 0, usageCoreNanoSeconds: sum(measured, (stats) => stats.cpuUsageNanoseconds) },
      memory: { time, availableBytes: freemem(), usageBytes: workingSetBytes, workingSetBytes },
      fs,
    },
    pods: context.pods.list().map((pod) => podStats(pod, measured, time)),
  };
}

const sum = (measured: readonly Measured[], of: (stats: ContainerStats) => number): number =>
  measured.reduce((total, { stats }) => total + of(stats), 0);

function podStats({ metadata, status }: Pod, all: readonly Measured[], time: string): object {
  const own = all.filter((each) => each.status.labels[POD_UID_LABEL] === metadata?.uid);
  return {
    podRef: { name: metadata?.name, namespace: metadata?.namespace, uid: metadata?.uid },
    startTime: status?.startTime ?? time,
    containers: own.map(({ status: container, stats }) => ({
      name: container.metadata.name,
      startTime: formatTime(container.startedAt),
      ...usage([{ status: container, stats }], time),
      rootfs: { time, usedBytes: stats.writableLayerBytes },
    })),
    ...usage(own, time),
  };
}

const usage = (measured: readonly Measured[], time: string): object => ({
  cpu: { time, usageCoreNanoSeconds: sum(measured, (stats) => stats.cpuUsageNanoseconds) },
  memory: {
    time,
    workingSetBytes: sum(measured, (stats) => stats.memoryWorkingSetBytes),
    rssBytes: sum(measured, (stats) => stats.memoryRssBytes),
  },
});

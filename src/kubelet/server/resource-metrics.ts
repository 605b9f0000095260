import { CONTAINER_NAME_LABEL, POD_NAME_LABEL, POD_NAMESPACE_LABEL } from '../names.ts';
import type { ServerContext } from './server-context.ts';
import { measureContainers } from './stats-summary.ts';

/** The answer of `/metrics/resource`, in Prometheus' text format: what metrics-server reads. */
export async function resourceMetrics(context: ServerContext): Promise<string> {
  const cpu: string[] = [];
  const memory: string[] = [];
  const started: string[] = [];
  for (const { status, stats } of await measureContainers(context)) {
    const labels = `{container="${status.labels[CONTAINER_NAME_LABEL]}",namespace="${status.labels[POD_NAMESPACE_LABEL]}",pod="${status.labels[POD_NAME_LABEL]}"}`;
    cpu.push(`container_cpu_usage_seconds_total${labels} ${stats.cpuUsageNanoseconds / 1e9} ${stats.timestamp}`);
    memory.push(`container_memory_working_set_bytes${labels} ${stats.memoryWorkingSetBytes} ${stats.timestamp}`);
    started.push(`container_start_time_seconds${labels} ${status.startedAt / 1000}`);
  }
  return [
    ...metric('container_cpu_usage_seconds_total', 'counter', 'Seconds of CPU that the container has used', cpu),
    ...metric('container_memory_working_set_bytes', 'gauge', 'Bytes of memory in use that cannot be reclaimed', memory),
    ...metric('container_start_time_seconds', 'gauge', 'When the container started, seconds since the epoch', started),
    '',
  ].join('\n');
}

const metric = (name: string, type: string, help: string, samples: readonly string[]): string[] =>
  samples.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples];

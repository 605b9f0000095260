import type { PersistentVolume } from '#api/core/v1/persistent-volume.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import type { MetricRegistry } from '#base/metrics/metric-registry.ts';

const PHASES = { Bound: 'bound', Available: 'unbound', Pending: 'unbound' } as Readonly<Record<string, string>>;

/** Tells how many volumes and claims there are, and how many of them are bound. */
export function countVolumes(
  registry: MetricRegistry | undefined,
  {
    volumes,
    claims,
  }: { readonly volumes: () => readonly PersistentVolume[]; readonly claims: () => readonly PersistentVolumeClaim[] },
): void {
  const gauge = (name: string, help: string, labels: readonly string[], values: () => Iterable<readonly string[]>) =>
    registry?.collected('gauge', `pv_collector_${name}`, { help, labels, collect: () => counted(values()) });
  for (const state of ['bound', 'unbound']) {
    gauge(`${state}_pv_count`, `Volumes that are ${state}`, ['storage_class'], () =>
      volumes()
        .filter(({ status }) => (status?.phase === 'Bound' ? 'bound' : 'unbound') === state)
        .map(({ spec }) => [spec?.storageClassName ?? '']),
    );
    gauge(
      `${state}_pvc_count`,
      `Claims that are ${state}`,
      ['namespace', 'storage_class', 'volume_attributes_class'],
      () =>
        claims()
          .filter(({ status }) => PHASES[status?.phase ?? 'Pending'] === state)
          .map(({ metadata, spec }) => [
            metadata?.namespace ?? '',
            spec?.storageClassName ?? '',
            spec?.volumeAttributesClassName ?? '',
          ]),
    );
  }
  gauge('total_pv_count', 'Volumes', ['plugin_name', 'volume_mode'], () =>
    volumes().map((volume) => [pluginOf(volume), volume.spec?.volumeMode ?? 'Filesystem']),
  );
}

/** As upstream names those who see to a kind of volume. */
function pluginOf({ spec }: PersistentVolume): string {
  if (spec?.csi) return `kubernetes.io/csi:${spec.csi.driver}`;
  if (spec?.hostPath) return 'kubernetes.io/host-path';
  if (spec?.local) return 'kubernetes.io/local-volume';
  return spec?.nfs ? 'kubernetes.io/nfs' : 'N/A';
}

function* counted(values: Iterable<readonly string[]>): Iterable<readonly [readonly string[], number]> {
  const counts = new Map<string, { readonly labels: readonly string[]; count: number }>();
  for (const labels of values) {
    const key = labels.join('\0');
    const known = counts.get(key) ?? { labels, count: 0 };
    counts.set(key, known);
    known.count++;
  }
  for (const { labels, count } of counts.values()) yield [labels, count];
}

import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import { metricsCell } from './metrics-cell.ts';

export const horizontalPodAutoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = [
  nameColumn,
  column('Reference', 'What is scaled', ({ spec }) =>
    spec ? `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}` : '',
  ),
  column('Targets', 'What is measured, and what is aimed at', ({ spec, status }) =>
    metricsCell(spec?.metrics ?? [], status?.currentMetrics ?? []),
  ),
  column('MinPods', 'Pods that there are at least', ({ spec }) => String(spec?.minReplicas ?? '<unset>')),
  column('MaxPods', 'Pods that there are at most', ({ spec }) => spec?.maxReplicas ?? 0),
  column('Replicas', 'Pods that there are', ({ status }) => status?.currentReplicas ?? 0),
  ageColumn,
];

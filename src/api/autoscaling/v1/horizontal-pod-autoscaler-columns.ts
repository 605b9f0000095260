import type { HorizontalPodAutoscaler as Stored } from '#api/autoscaling/v2/horizontal-pod-autoscaler.ts';
import { horizontalPodAutoscalerColumns as storedColumns } from '#api/autoscaling/v2/horizontal-pod-autoscaler-columns.ts';
import { columnsThrough } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import { horizontalPodAutoscalerStorage } from './horizontal-pod-autoscaler-conversion.ts';

export const horizontalPodAutoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = columnsThrough(
  (autoscaler) => horizontalPodAutoscalerStorage.toStorage(autoscaler) as Stored,
  storedColumns,
);

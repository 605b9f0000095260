import type { HorizontalPodAutoscaler as Stored } from '#api/autoscaling/v2/horizontal-pod-autoscaler.ts';
import { validateHorizontalPodAutoscaler as validateStored } from '#api/autoscaling/v2/horizontal-pod-autoscaler-validation.ts';
import type { FieldError } from '#machinery/errors/field-error.ts';
import type { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import { horizontalPodAutoscalerStorage } from './horizontal-pod-autoscaler-conversion.ts';

const asStored = (autoscaler: HorizontalPodAutoscaler) =>
  horizontalPodAutoscalerStorage.toStorage(autoscaler) as Stored;

/** As it is stored, what its annotations carry included. */
export const validateHorizontalPodAutoscaler = (autoscaler: HorizontalPodAutoscaler): FieldError[] =>
  validateStored(asStored(autoscaler));

export const validateHorizontalPodAutoscalerUpdate = (
  autoscaler: HorizontalPodAutoscaler,
  old: HorizontalPodAutoscaler,
): FieldError[] => validateStored(asStored(autoscaler), asStored(old));

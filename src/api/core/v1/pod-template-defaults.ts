import type { Mutable } from '#machinery/schema/schema.ts';
import { applyPodSpecDefaults } from './pod-defaults.ts';
import type { PodTemplateSpec } from './pod-template-spec.ts';

/** Fills what a pod template leaves open: less than a pod gets, so that a workload's template stays as it was written. */
export function applyPodTemplateDefaults(template: Mutable<PodTemplateSpec> | undefined): void {
  if (template) applyPodSpecDefaults((template.spec ??= { containers: [] }));
}

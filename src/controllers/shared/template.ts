import type { PodTemplateSpec } from '#api/core/v1/pod-template-spec.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';

export const POD_TEMPLATE_HASH = 'pod-template-hash';

/** Whether two templates make the same pods; the label that tells ReplicaSets of one Deployment apart does not count. */
export const sameTemplate = (a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean =>
  deepEqual(withoutHash(a), withoutHash(b));

function withoutHash(template: PodTemplateSpec = {}) {
  const { [POD_TEMPLATE_HASH]: _, ...labels } = template.metadata?.labels ?? {};
  const { annotations, ...metadata } = template.metadata ?? {};
  return { ...template, metadata: { ...metadata, annotations: annotations ?? {}, labels } };
}

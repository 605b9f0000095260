import { FieldPath } from '#machinery/errors/field-error.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { Container } from './container.ts';
import type { Pod } from './pod.ts';
import type { PodSpec } from './pod-spec.ts';

/** Labels of nodes that have another name now. */
const RENAMED_LABELS: Readonly<Record<string, readonly [since: string, now: string]>> = {
  'beta.kubernetes.io/arch': ['v1.14', 'kubernetes.io/arch'],
  'beta.kubernetes.io/os': ['v1.14', 'kubernetes.io/os'],
  'failure-domain.beta.kubernetes.io/region': ['v1.17', 'topology.kubernetes.io/region'],
  'failure-domain.beta.kubernetes.io/zone': ['v1.17', 'topology.kubernetes.io/zone'],
  'beta.kubernetes.io/instance-type': ['v1.17', 'node.kubernetes.io/instance-type'],
};

/** What is odd about a pod, though it is valid. */
export const podWarnings = (pod: Pod): string[] => podSpecWarnings(pod.spec, new FieldPath('spec'));

/** The same for the spec of a pod template. */
export function podSpecWarnings(spec: PodSpec | undefined, field: FieldPath): string[] {
  if (spec === undefined) return [];
  const warnings = Object.keys(spec.nodeSelector ?? {}).flatMap((key) => {
    const renamed = RENAMED_LABELS[key];
    if (renamed === undefined) return [];
    return [`${field.child('nodeSelector').key(key)}: deprecated since ${renamed[0]}; use "${renamed[1]}" instead`];
  });
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0)
    warnings.push(
      `${field.child('terminationGracePeriodSeconds')}: must be >= 0; negative values are invalid and will be treated as 1`,
    );
  for (const list of ['initContainers', 'containers'] as const) {
    for (const [position, container] of (spec[list] ?? []).entries())
      warnings.push(...containerWarnings(container, field.child(list).index(position)));
  }
  return warnings;
}

function containerWarnings(container: Container, field: FieldPath): string[] {
  const warnings: string[] = [];
  const seen = new Set<string>();
  for (const [position, { name }] of (container.env ?? []).entries()) {
    if (seen.has(name))
      warnings.push(
        `${field.child('env').index(position)}: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`,
      );
    seen.add(name);
  }
  for (const list of ['limits', 'requests'] as const) {
    const text = container.resources?.[list]?.['memory'];
    if (text !== undefined && parseQuantity(text).milliValue() % 1000 !== 0)
      warnings.push(
        `${field.child('resources', list).key('memory')}: fractional byte value ${JSON.stringify(text)} is invalid, must be an integer`,
      );
  }
  return warnings;
}

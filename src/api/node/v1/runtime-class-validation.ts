import { checkEach, immutable, requireText } from '#api/checks.ts';
import type { Toleration } from '#api/core/v1/affinity.ts';
import { validateTolerations } from '#api/core/v1/affinity-validation.ts';
import { validateResourceRequirements } from '#api/core/v1/resource-validation.ts';
import { validateLabels } from '#api/meta/v1/object-meta-validation.ts';
import { duplicate, type FieldError, FieldPath } from '#machinery/errors/field-error.ts';
import { isDNS1123Label } from '#machinery/names/dns.ts';
import type { RuntimeClass } from './runtime-class.ts';

const ROOT = new FieldPath();

export const validateRuntimeClass = ({ handler, overhead, scheduling }: RuntimeClass): FieldError[] => [
  ...requireText(ROOT.child('handler'), handler, isDNS1123Label),
  // Judged as the limits of a container, and named so.
  ...validateResourceRequirements({ limits: overhead?.podFixed }, ROOT.child('overhead')),
  ...validateLabels(scheduling?.nodeSelector, ROOT.child('scheduling', 'nodeSelector')),
  ...validateTolerations(scheduling?.tolerations, TOLERATIONS),
  ...duplicates(scheduling?.tolerations ?? []),
];

const TOLERATIONS = ROOT.child('scheduling', 'tolerations');

function duplicates(tolerations: readonly Toleration[]): FieldError[] {
  const seen = new Set<string>();
  return checkEach(tolerations, TOLERATIONS, ({ key = '', operator = '', value = '', effect = '', ...more }, at) => {
    const shown = { Key: key, Operator: operator, Value: value, Effect: effect };
    const identity = JSON.stringify(shown);
    const isKnown = seen.has(identity);
    seen.add(identity);
    return isKnown ? [duplicate(at, { ...shown, TolerationSeconds: more.tolerationSeconds ?? null })] : [];
  });
}

export const validateRuntimeClassUpdate = (updated: RuntimeClass, old: RuntimeClass): FieldError[] =>
  immutable(ROOT.child('handler'), updated.handler, old.handler);

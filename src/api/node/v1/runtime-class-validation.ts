import { checkText, immutable } from '#api/checks.ts';
import { validateResourceAmount, validateResourceName } from '#api/core/v1/resource-validation.ts';
import { validateLabels } from '#api/meta/v1/object-meta-validation.ts';
import { type FieldError, FieldPath } from '#machinery/errors/field-error.ts';
import { isDNS1123Label } from '#machinery/names/dns.ts';
import type { RuntimeClass } from './runtime-class.ts';

const ROOT = new FieldPath();

export const validateRuntimeClass = ({ handler, overhead, scheduling }: RuntimeClass): FieldError[] => [
  ...checkText(ROOT.child('handler'), handler, isDNS1123Label),
  ...Object.entries(overhead?.podFixed ?? {}).flatMap(([name, amount]) => {
    const at = ROOT.child('overhead', 'podFixed').key(name);
    return [...validateResourceName(name, at), ...validateResourceAmount(name, amount, at)];
  }),
  ...validateLabels(scheduling?.nodeSelector, ROOT.child('scheduling', 'nodeSelector')),
];

export const validateRuntimeClassUpdate = (updated: RuntimeClass, old: RuntimeClass): FieldError[] =>
  immutable(ROOT.child('handler'), updated.handler, old.handler);

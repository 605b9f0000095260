import { labelMismatch } from '#api/apps/v1/workload-validation.ts';
import { nonNegative } from '#api/checks.ts';
import { checkCounts, checkParts } from '#api/replica-counts.ts';
import { append } from '#base/append.ts';
import { type FieldError, FieldPath, notSupported, required } from '#machinery/errors/field-error.ts';
import { selectorFromSet } from '#machinery/selectors/label-selector.ts';
import { validatePodTemplate } from './pod-template-validation.ts';
import type { ReplicationController } from './replication-controller.ts';

const SPEC = new FieldPath('spec');

export function validateReplicationController({ spec }: ReplicationController): FieldError[] {
  const selector = spec?.selector ?? {};
  const template = spec?.template;
  const isEmpty = Object.keys(selector).length === 0;
  const errors = [
    ...nonNegative(SPEC.child('minReadySeconds'), spec?.minReadySeconds),
    ...(isEmpty ? [required(SPEC.child('selector'))] : []),
    ...nonNegative(SPEC.child('replicas'), spec?.replicas),
  ];
  const field = SPEC.child('template');
  if (!template) return [...errors, required(field)];
  if (!isEmpty && !selectorFromSet(selector).matches(template.metadata?.labels))
    errors.push(labelMismatch(field, template.metadata?.labels));
  append(errors, validatePodTemplate(template, field));
  const policy = template.spec?.restartPolicy ?? '';
  if (policy !== 'Always') errors.push(notSupported(field.child('spec', 'restartPolicy'), policy, ['Always']));
  return errors;
}

/** The rules of what its controller says of it. */
export const validateReplicationControllerStatus = ({ status }: ReplicationController): FieldError[] => [
  ...checkCounts(status ?? {}, [
    'replicas',
    'fullyLabeledReplicas',
    'readyReplicas',
    'availableReplicas',
    'observedGeneration',
  ]),
  ...checkParts(status ?? {}, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas']),
];

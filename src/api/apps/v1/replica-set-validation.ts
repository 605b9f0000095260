import { immutable, nonNegative } from '#api/checks.ts';
import { type FieldError, FieldPath } from '#machinery/errors/field-error.ts';
import type { ReplicaSet } from './replica-set.ts';
import { validateWorkload } from './workload-validation.ts';

const SPEC = new FieldPath('spec');

export const validateReplicaSet = ({ spec }: ReplicaSet): FieldError[] => [
  ...nonNegative(SPEC.child('replicas'), spec?.replicas),
  ...nonNegative(SPEC.child('minReadySeconds'), spec?.minReadySeconds),
  // Upstream speaks of Deployments here.
  ...validateWorkload(spec ?? {}, SPEC, { selector: 'deployment', template: 'ReplicaSet' }),
];

export const validateReplicaSetUpdate = ({ spec }: ReplicaSet, old: ReplicaSet): FieldError[] =>
  immutable(SPEC.child('selector'), spec?.selector, old.spec?.selector);

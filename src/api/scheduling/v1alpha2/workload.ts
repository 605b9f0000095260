import { immutable, requireText } from '#api/checks.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition, Strategy } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { append } from '#base/append.ts';
import { type FieldError, FieldPath, required, tooMany } from '#machinery/errors/field-error.ts';
import { type Infer, list, message, opt, ptr, req, string } from '#machinery/schema/schema.ts';
import { schedulingFields, validateTemplates } from './scheduling-policy.ts';

export const TypedLocalObjectReference = message('io.k8s.api.scheduling.v1alpha2.TypedLocalObjectReference', {
  apiGroup: opt(1, string),
  kind: req(2, string),
  name: req(3, string),
});

export const PodGroupTemplate = message('io.k8s.api.scheduling.v1alpha2.PodGroupTemplate', {
  name: req(1, string, { description: 'Name among the templates of the workload' }),
  ...schedulingFields,
});
export interface PodGroupTemplate extends Infer<typeof PodGroupTemplate> {}

export const WorkloadSpec = message('io.k8s.api.scheduling.v1alpha2.WorkloadSpec', {
  controllerRef: ptr(1, TypedLocalObjectReference, { description: 'What the workload was made for' }),
  podGroupTemplates: req(2, list(PodGroupTemplate), {
    description: 'What groups of its pods are made from',
    listType: 'map',
    mapKeys: ['name'],
  }),
});
export interface WorkloadSpec extends Infer<typeof WorkloadSpec> {}

export const Workload = message(
  'io.k8s.api.scheduling.v1alpha2.Workload',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: req(2, WorkloadSpec, { description: 'What is wanted' }),
  },
  { description: 'How the pods of one piece of work are scheduled together' },
);
export interface Workload extends Infer<typeof Workload> {}

const SPEC = new FieldPath('spec');
const TEMPLATES = SPEC.child('podGroupTemplates');
const MOST_TEMPLATES = 8;

const workloadStrategy: Strategy<Workload> = {
  hasGeneration: true,
  validate({ spec }) {
    const { controllerRef, podGroupTemplates = [] } = spec ?? {};
    const errors: FieldError[] = [];
    if (controllerRef) {
      const field = SPEC.child('controllerRef');
      append(errors, requireText(field.child('kind'), controllerRef.kind));
      append(errors, requireText(field.child('name'), controllerRef.name));
    }
    if (podGroupTemplates.length === 0) errors.push(required(TEMPLATES));
    if (podGroupTemplates.length > MOST_TEMPLATES) {
      errors.push(tooMany(TEMPLATES, podGroupTemplates.length, MOST_TEMPLATES));
    }
    return [...errors, ...validateTemplates(podGroupTemplates, TEMPLATES)];
  },
  validateUpdate: ({ spec }, old) => [
    ...immutable(SPEC.child('controllerRef'), spec?.controllerRef, old.spec?.controllerRef),
    ...immutable(TEMPLATES, spec?.podGroupTemplates, old.spec?.podGroupTemplates),
  ],
};

export const Workloads: ResourceDefinition<Workload> = {
  group: 'scheduling.k8s.io',
  version: 'v1alpha2',
  kind: 'Workload',
  plural: 'workloads',
  singular: 'workload',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: Workload,
  strategy: workloadStrategy,
};

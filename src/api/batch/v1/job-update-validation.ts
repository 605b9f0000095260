import { immutable } from '#api/checks.ts';
import type { Affinity } from '#api/core/v1/affinity.ts';
import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import { podSpecForm, podTemplateForm } from '#api/core/v1/pod-template-form.ts';
import type { PodTemplateSpec } from '#api/core/v1/pod-template-spec.ts';
import { type FieldError, FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { internalForm } from '#machinery/errors/internal-form.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { Job } from './job.ts';
import { type JobSpec, PodFailurePolicy, SuccessPolicy } from './job-spec.ts';

const SPEC = new FieldPath('spec');

/** A Job's pods stay what they are: only how many run at once, for how long, and whether at all may change. */
export function validateJobUpdate(job: Job, old: Job): FieldError[] {
  const { spec } = job;
  const before = old.spec;
  if (spec === undefined || before === undefined) return [];
  return [
    ...validateCompletions(spec, before),
    ...immutable(SPEC.child('selector'), spec.selector, before.selector),
    ...validateTemplate(spec, before, isOpen(old)),
    ...FIXED.flatMap((name) =>
      deepEqual(spec[name], before[name]) ? [] : [invalid(SPEC.child(name), shown(name, spec), 'field is immutable')],
    ),
  ];
}

const FIXED = ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const;

/** As upstream shows it. */
function shown(name: (typeof FIXED)[number], spec: JobSpec): unknown {
  const value = spec[name];
  if (value === undefined) return null;
  if (name === 'podFailurePolicy') return internalForm(value, PodFailurePolicy);
  return name === 'successPolicy' ? internalForm(value, SuccessPolicy) : value;
}

/** An indexed Job may grow and shrink when all of it runs at once. */
function validateCompletions(spec: JobSpec, before: JobSpec): FieldError[] {
  const field = SPEC.child('completions');
  const { completions, parallelism } = spec;
  if (spec.completionMode !== 'Indexed') return immutable(field, completions, before.completions);
  if (completions === undefined || completions === before.completions || completions === parallelism) return [];
  return [invalid(field, completions, 'can only be modified in tandem with spec.parallelism')];
}

/** Whether pods can still be told where to run and what they get: none runs since the Job was suspended, if any ever did. */
function isOpen({ spec, status }: Job): boolean {
  const isSuspended = status?.conditions?.some((each) => each.type === 'Suspended' && each.status === 'True') ?? false;
  const isIdle = status?.startTime === undefined || isSuspended;
  return spec?.suspend === true && isIdle && (status?.active ?? 0) === 0;
}

function validateTemplate(spec: JobSpec, before: JobSpec, open: boolean): FieldError[] {
  const field = SPEC.child('template');
  if (!open)
    return deepEqual(spec.template, before.template)
      ? []
      : [invalid(field, podTemplateForm(spec.template), 'field is immutable')];
  const wanted = spec.template.spec ?? { containers: [] };
  const kept = withResources(withDirectives(before.template, spec.template).spec, wanted);
  return deepEqual(wanted, kept) ? [] : [invalid(field.child('spec'), podSpecForm(wanted), 'field is immutable')];
}

/** A spec with what another gives its containers. */
function withResources(spec: PodSpec = { containers: [] }, other: PodSpec): PodSpec {
  const given = (list: 'containers' | 'initContainers') => {
    const wanted = other[list] ?? [];
    return wanted.length !== (spec[list] ?? []).length
      ? spec[list]
      : spec[list]?.map((container, index) =>
          container.name === wanted[index]?.name ? { ...container, resources: wanted[index].resources } : container,
        );
  };
  return { ...spec, containers: given('containers') ?? [], initContainers: given('initContainers') };
}

/** A template with another's say about where its pods run. */
function withDirectives(template: PodTemplateSpec, other: PodTemplateSpec): PodTemplateSpec {
  const { spec = { containers: [] } } = template;
  const { nodeSelector, affinity, tolerations, schedulingGates } = other.spec ?? {};
  const { annotations, labels } = other.metadata ?? {};
  return {
    ...template,
    metadata: { ...template.metadata, annotations, labels },
    spec: { ...spec, nodeSelector, affinity: withNodes(spec.affinity, affinity), tolerations, schedulingGates },
  };
}

/** An affinity with another's say about nodes: what it says about pods stays. */
function withNodes(affinity: Affinity | undefined, other: Affinity | undefined): Affinity | undefined {
  const { nodeAffinity: _, ...rest } = affinity ?? {};
  const merged = other?.nodeAffinity ? { ...rest, nodeAffinity: other.nodeAffinity } : rest;
  return other === undefined && Object.keys(merged).length === 0 ? undefined : merged;
}

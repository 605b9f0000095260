import { immutable } from '#api/checks.ts';
import type { Affinity } from '#api/core/v1/affinity.ts';
import { podTemplateForm } from '#api/core/v1/pod-template-form.ts';
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
    ...validateTemplate(spec, before, isStartable(old)),
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

/** Whether pods can still be told where to run: none was started since the Job was suspended. */
const isStartable = ({ spec, status }: Job): boolean => spec?.suspend === true && status?.startTime === undefined;

function validateTemplate(spec: JobSpec, before: JobSpec, startable: boolean): FieldError[] {
  const old = startable ? withDirectives(before.template, spec.template) : before.template;
  return deepEqual(spec.template, old)
    ? []
    : [invalid(SPEC.child('template'), podTemplateForm(spec.template), 'field is immutable')];
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

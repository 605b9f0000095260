import type { PodTemplateSpec } from '#api/core/v1/pod-template-spec.ts';
import type { AdmissionAttributes } from '../admission.ts';
import type { PodShape } from './check.ts';

interface WithTemplate {
  readonly template?: PodTemplateSpec;
  readonly spec?: {
    readonly template?: PodTemplateSpec;
    readonly jobTemplate?: { readonly spec?: { readonly template?: PodTemplateSpec } };
  };
}

/** Where kinds that make pods keep how they look. */
const TEMPLATES: Readonly<Record<string, (object: WithTemplate) => PodTemplateSpec | undefined>> = {
  '/podtemplates': ({ template }) => template,
  '/replicationcontrollers': ({ spec }) => spec?.template,
  'apps/daemonsets': ({ spec }) => spec?.template,
  'apps/deployments': ({ spec }) => spec?.template,
  'apps/replicasets': ({ spec }) => spec?.template,
  'apps/statefulsets': ({ spec }) => spec?.template,
  'batch/cronjobs': ({ spec }) => spec?.jobTemplate?.spec?.template,
  'batch/jobs': ({ spec }) => spec?.template,
};

/** The pod that a workload will make; undefined for other kinds and for workloads without a template. */
export function templateOf({ definition, object, target }: AdmissionAttributes): PodShape | undefined {
  if (target.subresource !== '') return undefined;
  const template = TEMPLATES[`${definition.group}/${definition.plural}`]?.(object as WithTemplate);
  return template?.spec && { metadata: template.metadata ?? {}, spec: template.spec };
}

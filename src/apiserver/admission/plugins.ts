import type { ServiceAccount } from '#api/core/v1/service-account.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Random } from '#base/random.ts';
import type { AdmissionPlugin } from './admission.ts';
import { defaultTolerationSeconds } from './plugins/default-toleration-seconds.ts';
import { createNamespaceLifecycle } from './plugins/namespace-lifecycle.ts';
import { createPriorityAdmission, type PriorityClassSource } from './plugins/priority.ts';
import { createServiceAccountAdmission } from './plugins/service-account.ts';
import { taintNodesByCondition } from './plugins/taint-nodes-by-condition.ts';

/** What plugins read. */
export interface AdmissionSource {
  readonly namespace: (name: string) => KubernetesObject | undefined;
  readonly serviceAccount: (namespace: string, name: string) => ServiceAccount | undefined;
  readonly priorityClasses: PriorityClassSource;
  readonly random: Random;
}

/** Every built-in plugin, in the order in which upstream runs them. */
export const admissionPlugins = (source: AdmissionSource): readonly AdmissionPlugin[] => [
  createNamespaceLifecycle(source.namespace),
  createServiceAccountAdmission(source.serviceAccount, source.random),
  taintNodesByCondition,
  createPriorityAdmission(source.priorityClasses),
  defaultTolerationSeconds,
];

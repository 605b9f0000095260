import type { ScopedResourceSelectorRequirement } from '#api/core/v1/resource-quota.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Amounts } from './amounts.ts';

/** How a write looks to quotas. */
export interface QuotaWrite {
  readonly operation: 'CREATE' | 'UPDATE';
  /** '' for the object itself. */
  readonly subresource: string;
}

/** What objects of one kind use of quotas. All functions are pure. */
export interface Evaluator {
  /** `pods`, `resourceclaims.resource.k8s.io`. */
  readonly resource: string;
  /** Whether a write can change what is used. */
  readonly handles: (write: QuotaWrite) => boolean;
  /** Whether a resource that a quota names is used by this kind. */
  readonly measures: (name: string) => boolean;
  readonly inScope: (scope: ScopedResourceSelectorRequirement, object: KubernetesObject) => boolean;
  /** `now` in milliseconds since the epoch. */
  readonly usage: (object: KubernetesObject, now: number) => Amounts;
  /** What an object has to say itself to be counted under these resources, where it does not. */
  readonly missing?: (names: readonly string[], object: KubernetesObject) => string | undefined;
}

export const countName = (resource: string): string => `count/${resource}`;
export const isCreation = ({ operation, subresource }: QuotaWrite): boolean =>
  operation === 'CREATE' && subresource === '';

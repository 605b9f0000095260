import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { GroupResource } from '#machinery/errors/status-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { AdmissionAttributes, AdmissionChain } from '../admission/admission.ts';
import type { ResourceRequest } from '../request.ts';
import type { ResourceStorage } from './resource-storage.ts';
import type { ResourceView } from './resource-view.ts';

/** Allocations that go with the writes of a kind. What is allocated is what the stored objects hold, so nothing is given back. */
export interface WriteHook {
  /**
   * Sets allocated fields of `object`. Answers what is to be called when the write has ended, well or not: until then
   * nobody else gets the same values, afterwards the cache tells.
   */
  readonly beforeWrite: (
    object: Mutable<KubernetesObject>,
    old: KubernetesObject | undefined,
  ) => (() => void) | undefined;
}

/** Completes or refuses (with a `StatusError`) an object that is about to be validated, by who writes it. */
export type WriteGuard = (attributes: AdmissionAttributes) => void | Promise<void>;

/** What the operations on one version of one resource work with. */
export interface RegistryParts {
  readonly definition: AnyResourceDefinition;
  readonly storage: ResourceStorage;
  readonly view: ResourceView;
  readonly admission: AdmissionChain;
  readonly clock: Clock;
  readonly random: Random;
  /** Features that are on beside those that always are. */
  readonly featureGates: ReadonlySet<string>;
  readonly newUid: () => string;
  readonly hook: WriteHook | undefined;
  readonly guard?: WriteGuard | undefined;
  /** Another served version of this kind, by `apps/v1`; absent for kinds with one version. */
  readonly versionOf?: (apiVersion: string) => AnyResourceDefinition | undefined;
  /** Rejects with a 403 unless who sent the request may create what it names; for writes that create what is not there. */
  readonly authorizeCreate?: (request: ResourceRequest) => Promise<void>;
}

export const groupResourceOf = ({ group, plural }: AnyResourceDefinition): GroupResource => ({
  group,
  resource: plural,
});

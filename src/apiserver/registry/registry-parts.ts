import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { GroupResource } from '#machinery/errors/status-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { AdmissionChain } from '../admission/admission.ts';
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

/** What the operations on one version of one resource work with. */
export interface RegistryParts {
  readonly definition: AnyResourceDefinition;
  readonly storage: ResourceStorage;
  readonly view: ResourceView;
  readonly admission: AdmissionChain;
  readonly clock: Clock;
  readonly random: Random;
  readonly newUid: () => string;
  readonly hook: WriteHook | undefined;
}

export const groupResourceOf = ({ group, plural }: AnyResourceDefinition): GroupResource => ({
  group,
  resource: plural,
});

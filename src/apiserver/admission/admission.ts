import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { ResourceTarget } from '../request.ts';
import type { UserInfo } from '../user.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** What admission plugins see of a request. */
export interface AdmissionAttributes {
  readonly operation: Operation;
  readonly target: ResourceTarget;
  /** The kind of `object`; for subresources that take another kind, the main resource's. */
  readonly definition: AnyResourceDefinition;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** The new object; undefined for DELETE and CONNECT. Plugins change it only in `mutate`. */
  readonly object: Mutable<KubernetesObject> | undefined;
  readonly oldObject: KubernetesObject | undefined;
  /** Texts for Warning headers. */
  readonly warnings: string[];
}

/** A check or change between authorization and storage. Both functions reject with a `StatusError` to refuse. */
export interface AdmissionPlugin {
  readonly name: string;
  readonly mutate?: (attributes: AdmissionAttributes) => void | Promise<void>;
  readonly validate?: (attributes: AdmissionAttributes) => void | Promise<void>;
}

/** Plugins in their order: first all that change, then, once the object is complete and valid, all that only look. */
export class AdmissionChain {
  readonly #mutating: readonly AdmissionPlugin[];
  readonly #validating: readonly AdmissionPlugin[];

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#mutating = plugins.filter((plugin) => plugin.mutate !== undefined);
    this.#validating = plugins.filter((plugin) => plugin.validate !== undefined);
  }

  async mutate(attributes: AdmissionAttributes): Promise<void> {
    for (const plugin of this.#mutating) await plugin.mutate?.(attributes);
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    for (const plugin of this.#validating) await plugin.validate?.(attributes);
  }
}

import type { AnyResourceDefinition, KubernetesObject, ResourceDefinition } from '#api/resource-definition.ts';
import type { Clock } from '#base/clock.ts';
import type { Decide } from '../authorization/authorizer.ts';

/** What plugins read, from the server's own caches: objects are shared and never changed. */
export interface AdmissionReader {
  get<T extends KubernetesObject>(definition: ResourceDefinition<T>, namespace: string, name: string): T | undefined;
  /** All objects of a namespace, or of the kind when it is ''. */
  list<T extends KubernetesObject>(definition: ResourceDefinition<T>, namespace: string): readonly T[];
  /** The stored kind by its resource, `pods` or `deployments.apps`; undefined when it is not served. */
  definition(resource: string): AnyResourceDefinition | undefined;
}

/** Everything that plugins are made with. */
export interface AdmissionSource extends AdmissionReader {
  /**
   * Writes an object in place of the one at the revision it names, without admission. Resolves with what lies there
   * afterwards: the object as written, or what somebody else put there.
   */
  replace<T extends KubernetesObject>(
    definition: ResourceDefinition<T>,
    object: T,
  ): Promise<{ readonly written: boolean; readonly current: T | undefined }>;
  /** Creates an object as the server's own user, with all that goes with it. */
  create<T extends KubernetesObject>(definition: ResourceDefinition<T>, object: T): Promise<T>;
  readonly decide: Decide;
  readonly clock: Clock;
  /** Features that are on. */
  readonly featureGates: ReadonlySet<string>;
}

import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';
import { own } from '#base/table.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { ResourceRequest, ResourceTarget } from '../request.ts';
import type { UserInfo } from '../user.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** `CreateOptions`, `UpdateOptions` or `DeleteOptions` of a request. */
export interface RequestOptions {
  readonly kind: string;
  readonly apiVersion: 'meta.k8s.io/v1';
  readonly dryRun?: readonly string[];
}

/** What admission plugins see of a request. */
export interface AdmissionAttributes {
  readonly operation: Operation;
  /** Resource, subresource, namespace and name. */
  readonly target: ResourceTarget;
  /** The main resource, also for subresources whose `object` is of another kind (`Binding`, `Eviction`, `Scale`). */
  readonly definition: AnyResourceDefinition;
  /** What `object` and `oldObject` are. */
  readonly kind: GroupVersionKind;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** Undefined for CONNECT, which has no options but its object. Made when a plugin asks: few do. */
  readonly options: () => RequestOptions | undefined;
  /** The new object, for CONNECT its options; undefined for DELETE. Plugins change it only in `mutate`. */
  readonly object: Mutable<KubernetesObject> | undefined;
  readonly oldObject: KubernetesObject | undefined;
  /** Texts for Warning headers. */
  readonly warnings: string[];
  /** Adds to what the audit log says of the request; absent where nobody logs it. */
  readonly annotate?: ((key: string, value: string) => void) | undefined;
}

/** What is to be admitted of a request. */
export interface Admitted {
  readonly operation: Operation;
  readonly object?: Mutable<KubernetesObject> | undefined;
  readonly oldObject?: KubernetesObject | undefined;
  readonly dryRun?: boolean;
  /** Of a DELETE, as they were decoded; those of writes are in the query. */
  readonly deleteOptions?: object;
}

/** A request as admission plugins see it. */
export function admissionAttributes(
  definition: AnyResourceDefinition,
  request: Pick<ResourceRequest, 'target' | 'user' | 'query' | 'warnings' | 'annotate'>,
  admitted: Admitted,
): AdmissionAttributes {
  const { target, user, warnings, annotate } = request;
  const { operation, object, oldObject, dryRun = false } = admitted;
  return {
    operation,
    target,
    definition,
    kind: kindOf(definition, target.subresource),
    user,
    dryRun,
    options: () => optionsOf(request, admitted),
    object,
    oldObject,
    warnings,
    annotate,
  };
}

const kindOf = (definition: AnyResourceDefinition, subresource: string): GroupVersionKind =>
  (subresource === '' ? undefined : own(definition.subresources, subresource)) ?? definition;

const OPTIONS: Readonly<Partial<Record<Operation, string>>> = {
  CREATE: 'CreateOptions',
  UPDATE: 'UpdateOptions',
  DELETE: 'DeleteOptions',
};
const WRITE_OPTIONS = ['fieldManager', 'fieldValidation'] as const;

/** A patch that creates has the options of a create, any other those of an update. */
function optionsOf({ query }: Pick<ResourceRequest, 'query'>, admitted: Admitted): RequestOptions | undefined {
  const { operation, dryRun = false, deleteOptions } = admitted;
  const kind = OPTIONS[operation];
  if (kind === undefined) return undefined;
  const given = WRITE_OPTIONS.map((name) => [name, query.get(name)]).filter(([, value]) => value !== '');
  return {
    kind,
    apiVersion: 'meta.k8s.io/v1',
    ...(operation === 'DELETE' ? withoutEmpty(deleteOptions ?? {}) : Object.fromEntries(given)),
    ...(dryRun ? { dryRun: ['All'] } : {}),
  };
}

const withoutEmpty = (options: object): object =>
  Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  );

import type { FieldError } from '#machinery/errors/field-error.ts';
import type { MessageSchema, Mutable } from '#machinery/schema/schema.ts';
import type { ObjectMeta } from './meta/v1/object-meta.ts';

/** What every stored object has. */
export interface KubernetesObject {
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
  readonly metadata?: ObjectMeta | undefined;
}

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/**
 * Everything the server, the clients and `kubectl` know about one kind. A CustomResourceDefinition produces the same
 * object at run time: there is no second code path. Pure data and pure functions.
 */
export interface ResourceDefinition<T extends KubernetesObject = KubernetesObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  readonly schema: MessageSchema;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly strategy: Strategy<T>;
  /** Columns of `kubectl get`; absent means Name and Age (`Created At` for kinds upstream prints so). */
  readonly columns?: readonly Column<T>[];
  /** What a table says of the state of a row besides its cells. */
  readonly rowConditions?: (object: T) => readonly RowCondition[];
  /** The order of a table's rows, where it is not that of the list. */
  readonly compareRows?: (a: T, b: T) => number;
  readonly subresources?: Readonly<Record<string, SubresourceDefinition<T>>>;
  /** Field selectors beyond metadata.name and metadata.namespace: path to value as text. */
  readonly selectableFields?: Readonly<Record<string, (object: T) => string>>;
  /** What is said of any other field that a selector asks for; there are two wordings, by whether there are such fields. */
  readonly unknownFieldMessage?: (field: string) => string;
  /** What every client that uses this version is warned of, where it is deprecated. */
  readonly deprecation?: string;
  /** For a second version of a kind: the definition it is stored as, and how to get there and back. */
  readonly storage?: StorageVersion<T>;
}

/** A definition of some kind, when the kind does not matter. */
// biome-ignore lint/suspicious/noExplicitAny: a registry holds definitions of all kinds; T is both consumed and produced
export type AnyResourceDefinition = ResourceDefinition<any>;

export interface StorageVersion<T extends KubernetesObject> {
  readonly definition: () => AnyResourceDefinition;
  readonly toStorage: (object: T) => KubernetesObject;
  readonly fromStorage: (object: KubernetesObject) => T;
}

/**
 * What data cannot say about a kind. All functions are pure; those given a `Mutable` own it and change it in place.
 * Absent functions mean the generic behaviour.
 */
export interface Strategy<T extends KubernetesObject> {
  /** Fills defaults that depend on other fields; the schema's own defaults are already there. Runs on every decode. */
  readonly applyDefaults?: (object: Mutable<T>) => void;
  /** Clears what a client may not set and sets what the server does (status, generation). `now` is a timestamp. */
  readonly prepareForCreate?: (object: Mutable<T>, now: string) => void;
  /** Same for updates of the main resource; the generic part has already kept the old status. */
  readonly prepareForUpdate?: (object: Mutable<T>, old: T, now: string) => void;
  readonly validate?: (object: T) => FieldError[];
  /** In addition to `validate`, for new objects. */
  readonly validateCreate?: (object: T) => FieldError[];
  /** In addition to `validate`. */
  readonly validateUpdate?: (object: T, old: T) => FieldError[];
  /** Whether updates are told of what may not change before what is wrong anyway, or of that alone. */
  readonly updateChecks?: 'changes first' | 'changes only';
  /** Texts for Warning headers. */
  readonly warn?: (object: T, old?: T) => string[];
  /** PUT may create (leases, endpoints, events, …). */
  readonly allowCreateOnUpdate?: boolean;
  /** PUT without a resourceVersion is refused (`metadata.resourceVersion: Invalid value: 0: must be specified for an update`). */
  readonly requireResourceVersionOnUpdate?: boolean;
  /** The grace period of a delete in seconds, or undefined where deletion is at once. */
  readonly gracePeriod?: (object: T, requested: number | undefined) => number | undefined;
  /**
   * What becomes of dependents when the client says nothing: they go, or are left alone (ReplicationController and old Job
   * clients). `unsupported` is for kinds that have none (events).
   */
  readonly garbageCollection?: 'orphans by default' | 'unsupported';
  /** What clients are warned of that delete without saying what becomes of dependents. */
  readonly deletionWarning?: string;
  /** DELETE answers the object as it was removed, not a Status. */
  readonly returnsDeletedObject?: boolean;
  /**
   * An object that the objects of one template have in common to the last byte. It is kept, checked and encoded once for
   * all of them, and hence not changed in place after `prepareForCreate`.
   */
  readonly sharedPart?: keyof T & string;
  /** How names are checked; default DNS-1123 subdomain. */
  readonly validateName?: (name: string, prefix: boolean) => string[];
  /** Whether metadata.generation counts changes of everything but metadata and status. */
  readonly hasGeneration?: boolean;
  /** Whether metadata.generation counts from the first change on: new objects have none. */
  readonly countsFromFirstChange?: boolean;
}

/** Values of a cell, as JSON. */
export type Cell = string | number | boolean | null;

export interface Column<T> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description: string;
  /** 0 is shown always, 1 and more only with `-o wide`. */
  readonly priority: number;
  /** `now` in milliseconds since the epoch, for ages. */
  readonly cell: (object: T, now: number) => Cell;
}

/** As the conditions of rows in `meta.k8s.io`. */
export interface RowCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export interface SubresourceDefinition<T extends KubernetesObject> {
  /** The kind it speaks, as discovery shows it. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly ('create' | 'get' | 'patch' | 'update' | 'delete')[];
  /**
   * `status` keeps everything but status (and metadata) of the old object; `scale` maps to a Scale; `part` updates a
   * part of the object that `prepareForUpdate` picks; `connect` and `action` are handled by the API server by name.
   */
  readonly type: 'status' | 'scale' | 'part' | 'connect' | 'action';
  /** For one that answers text: the kind of what its query says. */
  readonly textOptions?: string;
  /** The schema of what is sent, where it is not the main object. */
  readonly schema?: MessageSchema;
  readonly prepareForUpdate?: (object: Mutable<T>, old: T, now: string) => void;
  readonly validateUpdate?: (object: T, old: T) => FieldError[];
  /** Texts for Warning headers; by default a `scale` has those of the main resource and all else none. */
  readonly warn?: (object: T, old: T) => string[];
  /**
   * Fields that a write through this subresource cannot change and hence never owns, by dotted names. Those of
   * metadata are taken from the old object, `metadata` alone means labels, annotations, finalizers and owners; all
   * else is up to the type and `prepareForUpdate`. Default: for `status` all but metadata and status, otherwise what
   * the main resource cannot change.
   */
  readonly resetFields?: readonly string[];
  /** The only fields that writes through it can own: dotted names, with `*` for items of lists. */
  readonly ownedFields?: readonly string[];
  /** For `scale`: JSON paths into the object. */
  readonly scale?: {
    readonly specReplicas: string;
    readonly statusReplicas: string;
    /** The selector as text. */
    readonly selector: (object: T) => string;
  };
}

/** `apps/v1`, or `v1` for the core group. */
export const apiVersionOf = (definition: { readonly group: string; readonly version: string }): string =>
  definition.group === '' ? definition.version : `${definition.group}/${definition.version}`;

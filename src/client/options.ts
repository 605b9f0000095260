import type { PatchType } from './transport.ts';

/** Options that every call takes. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface NamespaceOption {
  /** Required for namespaced kinds where it cannot be read from the object. */
  readonly namespace?: string;
}

export interface GetOptions extends CallOptions, NamespaceOption {
  readonly resourceVersion?: string;
}

export interface ListOptions extends CallOptions, NamespaceOption {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
}

export interface WatchOptions extends NamespaceOption {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly allowWatchBookmarks?: boolean;
  /** The first events are the whole list, closed by an annotated bookmark. */
  readonly sendInitialEvents?: boolean;
  readonly resourceVersionMatch?: 'NotOlderThan';
  readonly timeoutSeconds?: number;
}

export interface WriteOptions extends CallOptions, NamespaceOption {
  readonly subresource?: string;
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
}

/** A patch and how it is to be read. */
export interface Patch {
  readonly type: PatchType;
  readonly body: unknown;
  /** Apply patches only: take over fields that others own. */
  readonly force?: boolean;
}

export const jsonPatch = (operations: readonly unknown[]): Patch => ({
  type: 'application/json-patch+json',
  body: operations,
});
export const mergePatch = (body: unknown): Patch => ({ type: 'application/merge-patch+json', body });
export const strategicPatch = (body: unknown): Patch => ({ type: 'application/strategic-merge-patch+json', body });

/** What its writer wants of an object; the fields it leaves out are others'. `force` takes over what others own. */
export const applyPatch = (body: unknown, options: { readonly force?: boolean } = {}): Patch => ({
  type: 'application/apply-patch+yaml',
  body,
  ...options,
});

export interface DeleteOptions extends CallOptions, NamespaceOption {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Query parameters as text; absent, empty and false ones are left out. */
export function toQuery(parameters: Query): Record<string, string> {
  const query: Record<string, string> = {};
  for (const key in parameters) {
    const value = parameters[key];
    if (value !== undefined && value !== '' && value !== false) query[key] = String(value);
  }
  return query;
}

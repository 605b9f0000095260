import { table } from '#base/table.ts';
import type { PatchType } from '#client/transport.ts';
import type { UserInfo } from './user.ts';

export type RequestVerb =
  | 'get'
  | 'list'
  | 'watch'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'deletecollection'
  /** exec, attach, port-forward and proxies; authorized by their HTTP method. */
  | 'connect'
  /** A method that HTTP knows and the API does not. */
  | '';

/** What a request is about; the attributes that authorization and admission see. */
export interface ResourceTarget {
  readonly verb: RequestVerb;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** '' for cluster-scoped requests and for lists over all namespaces. */
  readonly namespace: string;
  /** '' for collections. */
  readonly name: string;
  /** '' for the main resource. */
  readonly subresource: string;
  /** What follows the subresource in the path, as behind `/proxy/`; '' where nothing does. */
  readonly subpath: string;
  /** What the path itself says beside that; absent where that is nothing. */
  readonly pathForm?: PathForm;
}

/** Ways to name in a path what is named otherwise as well: `/watch/` in front, and a namespace of no name. */
export interface PathForm {
  readonly watches: boolean;
  readonly leavesOutNamespace: boolean;
}

/** The body of a request: decoded already (in-process) or bytes with their content type (HTTP). */
export type RequestBody =
  | { readonly type: 'none' }
  | { readonly type: 'object'; readonly object: unknown; readonly patchType?: PatchType | undefined }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array; readonly contentType: string };

export const NO_BODY: RequestBody = { type: 'none' };

/** A request for a resource, from either transport, after authentication. */
export interface ResourceRequest {
  readonly target: ResourceTarget;
  readonly user: UserInfo;
  readonly query: Query;
  readonly body: RequestBody;
  readonly userAgent: string;
  /** Its signal aborts when the client has gone; most requests are answered before anybody asks for it. */
  readonly client: { readonly signal: AbortSignal };
  /** Texts for Warning headers; the pipeline adds to it. */
  readonly warnings: string[];
  /** Adds to what the audit log says of this request; absent for requests that it does not know. */
  readonly annotate?: (key: string, value: string) => void;
}

/** Query parameters; the first value of each, as upstream reads them, except where `all` is asked for. */
export class Query {
  static readonly NONE = new Query(new Map());
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  static from(values: Readonly<Record<string, string>> | URLSearchParams): Query {
    if (values instanceof URLSearchParams && values.size === 0) return Query.NONE;
    const entries = values instanceof URLSearchParams ? values : Object.entries(values);
    const map = new Map<string, string[]>();
    for (const [key, value] of entries) {
      const list = map.get(key);
      if (list) list.push(value);
      else map.set(key, [value]);
    }
    return new Query(map);
  }

  get(name: string): string {
    return this.#values.get(name)?.[0] ?? '';
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  flag(name: string): boolean {
    const value = this.#values.get(name)?.[0];
    return value !== undefined && isTrue(value);
  }
}

/** Whether a parameter that is there counts as true: as upstream has it, whatever it says but these two. */
export const isTrue = (value: string): boolean => value.toLowerCase() !== 'false' && value !== '0';

const PROXY_VERBS = table<string>({
  DELETE: 'delete',
  GET: 'get',
  HEAD: 'get',
  PATCH: 'patch',
  POST: 'create',
  PUT: 'update',
});

/** The verb as authorization sees it: for what is passed on that is the HTTP method's, and '' for methods that have none. */
export const authorizationVerb = (target: ResourceTarget, method: string): string =>
  target.verb === 'connect' ? (PROXY_VERBS[method] ?? '') : target.verb;

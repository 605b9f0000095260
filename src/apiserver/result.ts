import type { KubernetesObject } from '#api/resource-definition.ts';
import type { ListOutcome } from './registry/list.ts';
import type { Entry, ResourceView } from './registry/resource-view.ts';
import type { Columns } from './serving/table.ts';

/** What a request is answered with, before it is put into the client's encoding. */
export type ResourceResult =
  | { readonly type: 'entry'; readonly code: number; readonly view: ResourceView; readonly entry: Entry }
  | { readonly type: 'list'; readonly view: ResourceView; readonly list: ListOutcome }
  /** An object that is not stored: a Status, a Scale, a review, a token. With `columns` it, or its items, can be told as a Table. */
  | {
      readonly type: 'object';
      readonly code: number;
      readonly object: KubernetesObject;
      readonly columns?: Columns | undefined;
    };

export const objectResult = (object: KubernetesObject, code = 200, columns?: Columns): ResourceResult => ({
  type: 'object',
  code,
  object,
  columns,
});

/** What was answered, as an object. It is shared with the watch cache. */
export function resultObject(result: ResourceResult): unknown {
  if (result.type === 'object') return result.object;
  const { view } = result;
  if (result.type === 'entry') return view.object(result.entry);
  const { entries, revision, continue: next, remainingItemCount } = result.list;
  return {
    kind: `${view.definition.kind}List`,
    apiVersion: view.apiVersion,
    metadata: {
      resourceVersion: String(revision),
      ...(next === '' ? {} : { continue: next }),
      ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
    },
    items: entries.map((entry) => view.object(entry)),
  };
}

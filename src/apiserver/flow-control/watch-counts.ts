import type { ResourceTarget } from '../request.ts';

type Watched = Pick<ResourceTarget, 'group' | 'resource' | 'namespace' | 'name'>;

/** How many clients watch what, for what a write costs that all of them are told of. */
export class WatchCounts {
  readonly #counts = new Map<string, number>();

  /** Counts a watch; returns what ends that. */
  add(target: Watched, query: URLSearchParams): () => void {
    const selector = query.get('fieldSelector') ?? '';
    // Of those that each watch the pods of one node, a write concerns one.
    if (target.resource === 'pods' && /(^|,)spec\.nodeName==?[^,]/.test(selector)) return () => {};
    const name = target.name || (/(?:^|,)metadata\.name==?([^,]+)/.exec(selector)?.[1] ?? '');
    const key = keyOf({ ...target, name });
    this.#counts.set(key, this.#of(key) + 1);
    return () => {
      const left = this.#of(key) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    };
  }

  /** The watches that a write to `target` concerns: of all objects, of its namespace, and of itself. */
  concerning(target: Watched): number {
    const { group, resource, namespace, name } = target;
    const everywhere = this.#of(keyOf({ group, resource, namespace: '', name: '' }));
    const here = namespace === '' ? 0 : this.#of(keyOf({ group, resource, namespace, name: '' }));
    return everywhere + here + (name === '' ? 0 : this.#of(keyOf(target)));
  }

  #of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }
}

const keyOf = ({ group, resource, namespace, name }: Watched): string => `${group}/${resource}/${namespace}/${name}`;

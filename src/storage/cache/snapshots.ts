import type { KeyTree } from '../key-tree.ts';

/** The trees of past revisions that paged lists go on with; the least recently used goes first. */
export class Snapshots<V> {
  readonly #limit: number;
  readonly #trees = new Map<number, KeyTree<V>>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(revision: number): KeyTree<V> | undefined {
    const tree = this.#trees.get(revision);
    if (tree) this.retain(revision, tree);
    return tree;
  }

  /** `tree` must not be changed afterwards. */
  retain(revision: number, tree: KeyTree<V>): void {
    this.#trees.delete(revision);
    this.#trees.set(revision, tree);
    for (const oldest of this.#trees.keys()) {
      if (this.#trees.size <= this.#limit) return;
      this.#trees.delete(oldest);
    }
  }

  /** Lets go of the trees of revisions before `revision`. */
  forgetBefore(revision: number): void {
    for (const each of this.#trees.keys()) if (each < revision) this.#trees.delete(each);
  }

  clear(): void {
    this.#trees.clear();
  }
}

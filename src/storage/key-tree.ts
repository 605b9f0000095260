import sortedBTree from 'sorted-btree';

// The package is CommonJS: Node hands its namespace over as the default import, bundlers hand over the class.
const BTree = (sortedBTree as unknown as { default?: typeof sortedBTree }).default ?? sortedBTree;

/** Which keys a scan visits. */
export interface KeyRange {
  /** Only keys that begin with this; '' means all. */
  readonly prefix: string;
  /** Only keys greater than this one. */
  readonly after?: string | undefined;
}

/**
 * String keys in ascending order of their UTF-8 bytes, with copies that cost nothing until one side changes.
 * It has no fast lookup by key: keep a `Map` beside it.
 */
export class KeyTree<V> {
  #tree: sortedBTree<string, V>;
  /** UTF-16 order equals byte order as long as no key holds a unit at or above the surrogates; it compares 3 times faster. */
  #exact: boolean;

  constructor(tree?: sortedBTree<string, V>, exact = false) {
    this.#tree = tree ?? new BTree<string, V>(undefined, compareUnits, 64);
    this.#exact = exact;
  }

  get size(): number {
    return this.#tree.size;
  }

  set(key: string, value: V): void {
    if (!this.#exact && AT_OR_ABOVE_SURROGATES.test(key)) this.#useExactOrder();
    this.#tree.set(key, value);
  }

  delete(key: string): void {
    this.#tree.delete(key);
  }

  /** Visits keys in order until `visit` returns false. The tree must not be changed meanwhile. */
  scan(range: KeyRange, visit: (key: string, value: V) => boolean): void {
    const { prefix, after } = range;
    const afterNext = after === undefined ? '' : `${after}\0`;
    const low = compareKeys(afterNext, prefix) > 0 ? afterNext : prefix;
    this.#tree.forRange(low, this.#tree.maxKey() ?? '', true, (key, value) => {
      // The package's types leave out that a scan stops at `{ break }`.
      return (key.startsWith(prefix) && visit(key, value) ? undefined : STOP) as undefined;
    });
  }

  /** How many keys a scan would visit. */
  count(range: KeyRange): number {
    if (range.prefix === '' && range.after === undefined) return this.#tree.size;
    let count = 0;
    this.scan(range, () => ++count > 0);
    return count;
  }

  /** An independent copy, in constant time. */
  clone(): KeyTree<V> {
    return new KeyTree(this.#tree.clone(), this.#exact);
  }

  #useExactOrder(): void {
    const exact = new BTree<string, V>(undefined, compareKeys, 64);
    this.#tree.forEachPair((key, value) => {
      exact.set(key, value);
    });
    this.#tree = exact;
    this.#exact = true;
  }
}

const STOP = { break: 0 };
const AT_OR_ABOVE_SURROGATES = /[\ud800-\uffff]/;

/** Orders strings by their UTF-8 bytes. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return codePointRank(x) - codePointRank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above every other unit. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

function compareUnits(a: string, b: string): number {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}

/** So many are remembered, the latest. */
const MOST = 500;

/**
 * Owners that the server does not have, by uid and the namespace in which they were looked for: what is gone does not come
 * back under its uid, and all its dependents ask for it.
 */
export class AbsentOwners {
  readonly #keys = new Set<string>();

  has(uid: string, namespace: string): boolean {
    return this.#keys.has(`${namespace}/${uid}`);
  }

  add(uid: string, namespace: string): void {
    this.#keys.add(`${namespace}/${uid}`);
    if (this.#keys.size > MOST) this.#keys.delete(this.#keys.keys().next().value as string);
  }
}

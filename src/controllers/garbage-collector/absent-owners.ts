import { RecentMap } from '#base/recent-map.ts';

/** So many are remembered, those that were asked for last. */
const MOST = 500;

/**
 * Owners that the server does not have, by uid and the namespace in which they were looked for: what is gone does not come
 * back under its uid, and all its dependents ask for it.
 */
export class AbsentOwners {
  readonly #keys = new RecentMap<string, true>(MOST);

  has(uid: string, namespace: string): boolean {
    return this.#keys.get(`${namespace}/${uid}`) ?? false;
  }

  add(uid: string, namespace: string): void {
    this.#keys.set(`${namespace}/${uid}`, true);
  }
}

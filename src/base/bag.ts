/** Where a member lies in its bag; undefined once it was taken out. */
export interface Place<T> {
  readonly member: T;
  position: number | undefined;
}

/**
 * Members that come and go by the thousand a second, in no order. A Set would get a new table every few of them, and a dead
 * table in the old part of the heap keeps all later ones alive, with whatever their members hold, until the next full collection.
 */
export class Bag<T> {
  readonly #places: Place<T>[] = [];

  get size(): number {
    return this.#places.length;
  }

  add(member: T): Place<T> {
    const place = { member, position: this.#places.length };
    this.#places.push(place);
    return place;
  }

  /** Whether the member was still there. */
  remove(place: Place<T>): boolean {
    const { position } = place;
    if (position === undefined) return false;
    place.position = undefined;
    const last = this.#places.pop() as Place<T>;
    if (last === place) return true;
    last.position = position;
    this.#places[position] = last;
    return true;
  }

  places(): Place<T>[] {
    return [...this.#places];
  }

  members(): T[] {
    return this.#places.map(({ member }) => member);
  }
}

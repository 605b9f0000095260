/**
 * A table to be looked into by names that others choose. It has nothing but these entries: plain objects answer to
 * `constructor` and its like, too.
 */
export const table = <T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.freeze(Object.assign(Object.create(null), entries));

/** What an object itself has by a name that others choose. */
export const own = <T>(object: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;

/** Adds all `items` to `list`. Unlike `list.push(...items)`, which has the stack hold them, it takes any number of them. */
export function append<T>(list: T[], items: Iterable<T>): void {
  for (const item of items) list.push(item);
}

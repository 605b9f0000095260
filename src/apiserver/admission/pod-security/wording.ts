/** `"a", "b"` */
export const quoted = (items: Iterable<string>): string => `"${[...items].join('", "')}"`;

export const plural = (one: string, many: string, count: number): string => (count === 1 ? one : many);

/** `container "a"`, `volumes "a", "b"` */
export const named = (one: string, names: readonly string[]): string =>
  `${plural(one, `${one}s`, names.length)} ${quoted(names)}`;

/** Who does it: `pod and containers "a", "b"`. */
export const setters = (pod: boolean, containers: readonly string[]): string[] => [
  ...(pod ? ['pod'] : []),
  ...(containers.length > 0 ? [named('container', containers)] : []),
];

export const sorted = (items: Iterable<string>): string[] => [...new Set(items)].sort();

import type { LabelSelector } from '#api/meta/v1/label-selector.ts';
import { selectorFromObject } from '#machinery/selectors/label-selector.ts';
import { SelectorError } from '#machinery/selectors/requirement.ts';

export const NONE = '<none>';

/** Text, or `<none>` where there is none. */
export const orNone = (text: string | undefined): string => text || NONE;

/** `a=b,c=d` in order of keys, or `<none>`. */
export const labelsCell = (labels: Readonly<Record<string, string>> | undefined): string =>
  orNone(
    Object.keys(labels ?? {})
      .sort()
      .map((key) => `${key}=${labels?.[key]}`)
      .join(','),
  );

/** A label selector as text, or `<none>`; one that cannot be read does not spoil the rest of the table. */
export function selectorCell(selector: LabelSelector | undefined): string {
  try {
    return orNone(String(selectorFromObject(selector ?? {})));
  } catch (error) {
    if (error instanceof SelectorError) return '<error>';
    throw error;
  }
}

/** The first items, and how many there are besides. */
export function firstFew(items: readonly string[], most: number): string {
  const shown = items.slice(0, most).join(',');
  return items.length > most ? `${shown} + ${items.length - most} more...` : shown;
}

/** Booleans as Go programs print them, capitalised. */
export const boolCell = (value: boolean | undefined): string =>
  value === undefined ? '<unset>' : value ? 'True' : 'False';

/** A host and a port; IPv6 addresses in brackets. */
export const hostPort = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

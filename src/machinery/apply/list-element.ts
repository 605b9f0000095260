import { jsonText, valueElement } from './path-element.ts';
import { isJsonObject, type JsonObject, type ListShape } from './shape.ts';

/**
 * The path element of an item of a set or map list; undefined where an item has none, as one without its keys.
 * Keys that are absent have their default, and those that have none are left out.
 */
export function listElement(list: ListShape, item: unknown): string | undefined {
  if (list.type === 'map') return keyedElement(list, item);
  return item === null || item === undefined || typeof item === 'object' ? undefined : valueElement(item);
}

function keyedElement(list: ListShape, item: unknown): string | undefined {
  if (!isJsonObject(item)) return undefined;
  const only = list.keys.length === 1 ? item[list.keys[0]!] : undefined;
  if (typeof only !== 'string') return elementOfKeys(list, item);
  let element = list.elements.get(only);
  if (element === undefined) {
    element = elementOfKeys(list, item) as string;
    if (list.elements.size >= MAX_REMEMBERED) list.elements.clear();
    list.elements.set(only, element);
  }
  return element;
}

const MAX_REMEMBERED = 1000;

function elementOfKeys(list: ListShape, item: JsonObject): string | undefined {
  let text = '';
  for (const key of list.keys) {
    const value = item[key] ?? keyDefault(list, key);
    if (value === undefined) continue;
    text += `${text === '' ? '' : ','}${jsonText(key)}:${jsonText(value)}`;
  }
  return text === '' ? undefined : `k:{${text}}`;
}

const keyDefault = ({ item }: ListShape, key: string): unknown =>
  item.kind === 'map' ? item.fields?.get(key)?.default : undefined;

/** Whether every item has an element of its own; then they are `elements`. */
export function distinctElements(list: ListShape, items: readonly unknown[]): readonly string[] | undefined {
  const elements = new Array<string>(items.length);
  for (let i = 0; i < items.length; i++) {
    const element = listElement(list, items[i]);
    if (element === undefined || (items.length <= FEW && elements.includes(element))) return undefined;
    elements[i] = element;
  }
  return items.length <= FEW || new Set(elements).size === items.length ? elements : undefined;
}

/** So many are looked through faster than collected. */
const FEW = 16;

/** Items of a list by their elements, in order; several where the list names one twice. Those without element are left out. */
export function itemsByElement(list: ListShape, items: readonly unknown[]): Map<string, unknown[]> {
  const found = new Map<string, unknown[]>();
  for (const item of items) {
    const element = listElement(list, item);
    if (element === undefined) continue;
    const same = found.get(element);
    if (same) same.push(item);
    else found.set(element, [item]);
  }
  return found;
}

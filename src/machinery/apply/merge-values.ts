import { itemsByElement, listElement } from './list-element.ts';
import {
  concrete,
  isJsonObject,
  type JsonObject,
  type ListShape,
  type MapShape,
  memberShape,
  type Shape,
} from './shape.ts';

/**
 * The live value with what an applied configuration names: leaves are taken over, maps and keyed lists merged. Nothing
 * is removed. Shares parts with both; undefined when nothing is left. The configuration must be valid.
 */
export function mergeValues(shape: Shape, live: unknown, config: unknown): unknown {
  if (config === undefined) return live;
  const actual = concrete(shape, config);
  const keepsBoth = live !== undefined && concrete(shape, live).kind === actual.kind;
  switch (actual.kind) {
    case 'leaf':
      return config;
    case 'list': {
      const [old, next] = [keepsBoth ? listOf(live) : [], listOf(config)];
      if (actual.type === 'atomic' || (old.length === 0 && next.length === 0)) return config;
      return mergeItems(actual, old, next);
    }
    case 'map': {
      const [old, next] = [keepsBoth ? objectOf(live) : {}, objectOf(config)];
      if (actual.atomic || (isVoid(old) && isVoid(next))) return config;
      return mergeMembers(actual, old, next);
    }
  }
}

function mergeMembers(shape: MapShape, live: JsonObject, config: JsonObject): JsonObject | undefined {
  const members = Object.entries(live).map(([name, value]) => [
    name,
    Object.hasOwn(config, name) ? mergeValues(memberShape(shape, name), value, config[name]) : value,
  ]);
  for (const [name, value] of Object.entries(config)) {
    if (!Object.hasOwn(live, name)) members.push([name, mergeValues(memberShape(shape, name), undefined, value)]);
  }
  const there = members.filter(([, value]) => value !== undefined);
  return there.length === 0 ? undefined : Object.fromEntries(there);
}

/**
 * Items of both lists, each once: those of the live list keep their places among each other as long as the
 * configuration does not order them otherwise. An item the live list has twice is replaced.
 */
function mergeItems(shape: ListShape, live: readonly unknown[], config: readonly unknown[]): unknown[] {
  const liveItems = live.map((item) => ({ element: listElement(shape, item), item }));
  const configItems = [...itemsByElement(shape, config)].map(([element, items]) => ({ element, item: items[0] }));
  const known = itemsByElement(shape, live);
  const wanted = new Set(configItems.map(({ element }) => element));
  const shared = configItems.filter(({ element }) => known.has(element)).map(({ element }) => element);
  const merged = new Set<string>();
  const out: unknown[] = [];
  const takeConfig = ({ element, item }: { element: string; item: unknown }) => {
    const same = known.get(element) ?? [];
    out.push(mergeValues(shape.item, same.length === 1 ? same[0] : undefined, item));
    merged.add(element);
    if (shared[0] === element) shared.shift();
  };
  let [l, c] = [0, 0];
  while (l < liveItems.length || c < configItems.length) {
    const left = liveItems[l];
    const right = configItems[c];
    if (left !== undefined && right !== undefined) {
      if (left.element === right.element) {
        takeConfig(right);
        l++;
        c++;
        continue;
      }
      const isShared = left.element !== undefined && wanted.has(left.element);
      // Its turn comes where the configuration has it.
      if (isShared && shared.length > 0 && shared[0] !== left.element) {
        l++;
        continue;
      }
    }
    if (left !== undefined) {
      if (left.element === undefined || !wanted.has(left.element)) {
        out.push(left.item);
        l++;
        continue;
      }
      if (merged.has(left.element)) l++;
    }
    if (right !== undefined) {
      takeConfig(right);
      c++;
    }
  }
  return out;
}

function isVoid(value: JsonObject): boolean {
  for (const _ in value) return false;
  return true;
}

const objectOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

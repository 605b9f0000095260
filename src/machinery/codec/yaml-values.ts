import { DecodeError } from './decode-error.ts';
import { setMember } from './value-decoder.ts';
import { yamlFault } from './yaml-cursor.ts';
import type { YamlAlias, YamlMapping, YamlNode, YamlScalar } from './yaml-nodes.ts';
import { PLAIN_TEXT, resolvePlain } from './yaml-scalars.ts';

type Members = Record<string, unknown>;

const TAG = 'tag:yaml.org,2002:';
/** What a scalar may be told to be; all other tags say nothing. */
const TYPES = ['bool', 'float', 'int', 'null', 'str', 'timestamp'];

/** How much of what a document stands for may come from its aliases: less, the larger it is. */
const ALIASES = { few: 100, small: { nodes: 400_000, share: 0.99 }, large: { nodes: 4_000_000, share: 0.1 } };
const SMALLEST_DOCUMENT = 1000;

/** Makes JSON data of the nodes of one document. Every alias stands for a copy of its own. Throws `DecodeError`. */
export class YamlValues {
  /** What a strict reader says of keys that are there twice. */
  readonly duplicates: string[] = [];
  /** Upstream counts the document itself, too. */
  #nodes = 1;
  #aliased = 0;
  readonly #open = new Set<YamlNode>();

  value(node: YamlNode): unknown {
    this.#count();
    switch (node.kind) {
      case 'scalar':
        return scalarValue(node);
      case 'sequence':
        return node.items.map((item) => this.value(item));
      case 'mapping':
        return this.#members(node, {});
      case 'alias':
        return this.#through(node, (target) => this.value(target));
    }
  }

  #count(): void {
    this.#nodes++;
    if (this.#open.size > 0) this.#aliased++;
    if (this.#aliased <= ALIASES.few || this.#nodes <= SMALLEST_DOCUMENT) return;
    if (this.#aliased / this.#nodes > allowedShare(this.#nodes))
      throw yamlFault('document contains excessive aliasing');
  }

  #through<R>(alias: YamlAlias, use: (target: YamlNode) => R): R {
    if (this.#open.has(alias)) throw yamlFault(`anchor '${alias.name}' value contains itself`);
    this.#open.add(alias);
    const result = use(alias.node);
    this.#open.delete(alias);
    return result;
  }

  /** Later members take the place of earlier ones, be they merged or not. */
  #members({ pairs }: YamlMapping, members: Members): Members {
    for (const [key, value] of pairs) {
      if (isMerge(key)) {
        this.#merge(value, members);
        continue;
      }
      const name = this.#key(key, value);
      const member = this.value(value);
      const text = String(name);
      if (Object.hasOwn(members, text)) {
        const shown = typeof name === 'string' ? JSON.stringify(name) : text;
        this.duplicates.push(`line ${value.line}: key ${shown} already set in map`);
      }
      setMember(members, text, member);
    }
    return members;
  }

  #key(node: YamlNode, value: YamlNode): string | number | bigint | boolean {
    const key = this.value(node);
    if (typeof key === 'object' && key !== null) throw yamlFault(`invalid map key: ${shownInGo(node)}`);
    if (key === null) {
      const shown = this.value(value) === null ? '<nil>' : shownInGo(value);
      throw new DecodeError(`unsupported map key of type: %!s(<nil>), key: <nil>, value: ${shown}`);
    }
    return key as string | number | bigint | boolean;
  }

  #merge(node: YamlNode, members: Members): void {
    if (node.kind === 'sequence') {
      // The first of them counts most.
      for (const item of node.items.toReversed()) this.#mergeOne(item, members);
    } else this.#mergeOne(node, members);
  }

  #mergeOne(node: YamlNode, members: Members): void {
    this.#count();
    const target = node.kind === 'alias' ? node.node : node;
    if (target.kind !== 'mapping') throw yamlFault('map merge requires map or sequence of maps as the value');
    if (node.kind !== 'alias') this.#members(target, members);
    else
      this.#through(node, () => {
        this.#count();
        this.#members(target, members);
      });
  }
}

function allowedShare(nodes: number): number {
  const { small, large } = ALIASES;
  if (nodes <= small.nodes) return small.share;
  if (nodes >= large.nodes) return large.share;
  return small.share - ((small.share - large.share) * (nodes - small.nodes)) / (large.nodes - small.nodes);
}

const isMerge = (node: YamlNode): boolean =>
  node.kind === 'scalar' && node.value === '<<' && (node.isPlain || node.tag === `${TAG}merge`);

function scalarValue({ value, tag, isPlain }: YamlScalar): unknown {
  if (tag === '') return isPlain ? plainValue(value) : value;
  const type = tag.startsWith(TAG) ? tag.slice(TAG.length) : '';
  if (type === 'binary') return binaryText(value);
  if (type === 'str' || !TYPES.includes(type)) return value;
  const resolved = plainValue(value);
  const actual = typeOf(resolved);
  if (type === 'timestamp') return value;
  if (type !== actual && !(type === 'float' && actual === 'int'))
    throw yamlFault(`cannot decode !!${actual} \`${value}\` as a !!${type}`);
  return resolved;
}

function plainValue(text: string): unknown {
  const value = resolvePlain(text);
  return value === PLAIN_TEXT ? text : value;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'str';
  return typeof value === 'bigint' || Number.isInteger(value) ? 'int' : 'float';
}

function binaryText(base64: string): string {
  const text = base64.replaceAll(/[\r\n]/g, '');
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
    throw yamlFault('!!binary value contains invalid base64 data');
  return new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
}

/** A node as Go writes the value that is made of it. */
function shownInGo(node: YamlNode): string {
  switch (node.kind) {
    case 'scalar': {
      const value = scalarValue(node);
      return value === null ? 'interface {}(nil)' : typeof value === 'string' ? JSON.stringify(value) : String(value);
    }
    case 'sequence':
      return `[]interface {}{${node.items.map(shownInGo).join(', ')}}`;
    case 'mapping': {
      const pairs = node.pairs.map(([key, value]) => `${shownInGo(key)}:${shownInGo(value)}`);
      return `map[interface {}]interface {}{${pairs.sort().join(', ')}}`;
    }
    case 'alias':
      return shownInGo(node.node);
  }
}

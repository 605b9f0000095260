import {
  defineMappingTag,
  defineScalarTag,
  loadAll,
  mergeTag,
  NOT_RESOLVED,
  Schema,
  seqTag,
  strTag,
  YAMLException,
} from 'js-yaml';
import { deepClone } from '#machinery/objects/deep-clone.ts';
import { DecodeError } from './decode-error.ts';
import { MAX_DEPTH } from './json-syntax.ts';
import { setMember } from './value-decoder.ts';
import { duplicateKeys } from './yaml-duplicates.ts';
import { PLAIN_TEXT, resolvePlain } from './yaml-scalars.ts';

/** A document as JSON data that the caller owns. */
export interface YamlDocument {
  readonly value: unknown;
  /** What a strict reader says of keys that are there twice; the last one wins. */
  readonly problems: readonly string[];
}

/** How large a document may grow by its aliases. */
const MAX_EXPANDED_NODES = 400_000;

/** Reads all documents of a YAML text; empty ones are left out. Throws `DecodeError`. */
export function parseYamlDocuments(text: string): YamlDocument[] {
  const values = load(text).filter((value) => value !== null && value !== undefined);
  const hasAliases = text.includes('*');
  const problems = duplicateSeen ? duplicateKeys(text) : [];
  return values.map((value) => ({ value: hasAliases ? expandAliases(value) : value, problems }));
}

/** Reads the first document of a YAML text; null when it is empty. */
export const parseYaml = (text: string): YamlDocument => parseYamlDocuments(text)[0] ?? { value: null, problems: [] };

// Reading is synchronous; only texts that seem to repeat a key are looked at again.
let duplicateSeen = false;

function load(text: string): unknown[] {
  duplicateSeen = false;
  try {
    return loadAll(text, { schema, json: true, maxDepth: MAX_DEPTH }) as unknown[];
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = error.mark === undefined ? '' : `line ${error.mark.line + 1}: `;
    throw new DecodeError(`yaml: ${line}${error.reason}`);
  }
}

const plainTag = defineScalarTag<unknown>('tag:knarr/plain', {
  implicit: true,
  resolve: (source) => {
    const value = resolvePlain(source);
    return value === PLAIN_TEXT ? NOT_RESOLVED : value;
  },
  identify: () => false,
});

/** Tags that a document may put before a scalar. */
const explicitTag = (name: string, accepts: (value: unknown) => boolean) =>
  defineScalarTag<unknown>(`tag:yaml.org,2002:${name}`, {
    resolve: (source) => {
      const value = resolvePlain(source);
      return value !== PLAIN_TEXT && accepts(value) ? value : NOT_RESOLVED;
    },
    identify: () => false,
  });

const isNumber = (value: unknown) => typeof value === 'number' || typeof value === 'bigint';

const objectTag = defineMappingTag<Record<string, unknown>>('tag:yaml.org,2002:map', {
  create: () => ({}),
  addPair(carrier, key, value) {
    const name = keyText(key);
    if (name === undefined) return 'unsupported map key';
    if (Object.hasOwn(carrier, name)) duplicateSeen = true;
    setMember(carrier, name, value);
    return '';
  },
  has: (carrier, key) => Object.hasOwn(carrier, String(key)),
  keys: (result) => Object.keys(result),
  get: (result, key) => result[String(key)],
  identify: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
});

function keyText(key: unknown): string | undefined {
  switch (typeof key) {
    case 'string':
      return key;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(key);
    default:
      return undefined;
  }
}

const schema = new Schema([
  strTag,
  seqTag,
  objectTag,
  mergeTag,
  plainTag,
  explicitTag('null', (value) => value === null),
  explicitTag('bool', (value) => typeof value === 'boolean'),
  explicitTag('int', isNumber),
  explicitTag('float', isNumber),
  defineScalarTag('tag:yaml.org,2002:timestamp', { resolve: (source) => source, identify: () => false }),
]);

/** Aliases share what they name: counts what they stand for, then gives every place its own copy. */
function expandAliases(value: unknown): unknown {
  const sizes = new Map<object, number>();
  const size = (node: unknown): number => {
    if (typeof node !== 'object' || node === null) return 1;
    const known = sizes.get(node);
    if (known !== undefined) return known;
    // A node inside itself is as good as endless.
    sizes.set(node, Number.POSITIVE_INFINITY);
    const total = Object.values(node).reduce<number>((sum, member) => sum + size(member), 1);
    sizes.set(node, total);
    return total;
  };
  if (size(value) > MAX_EXPANDED_NODES) throw new DecodeError('yaml: document contains excessive aliasing');
  return deepClone(value);
}

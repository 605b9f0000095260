import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';
import { own } from '#base/table.ts';
import { newBadRequest } from '#machinery/errors/status-error.ts';
import { type FieldSelector, parseFieldSelector } from '#machinery/selectors/field-selector.ts';
import { parseLabelSelector } from '#machinery/selectors/parse-label-selector.ts';
import type { IndexQuery } from '#storage/cache/object-cache.ts';
import type { ListOptions } from './list-options.ts';

/** Which objects a list or watch is about. */
export interface Selection {
  /** Undefined when everything matches. */
  readonly matches: ((object: KubernetesObject) => boolean) | undefined;
  /** The one name asked for by a `metadata.name` selector. */
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  /** An index of the cache that narrows the search. */
  readonly index: IndexQuery | undefined;
}

type FieldOf = (object: KubernetesObject) => string;

/** Compiles the selectors of a request. Throws a 400 for selectors that cannot be read or name unknown fields. */
export function compileSelection(
  definition: AnyResourceDefinition,
  options: ListOptions,
  indexes: readonly string[],
): Selection {
  const labels = options.labelSelector === '' ? undefined : readLabelSelector(options.labelSelector);
  const fields = options.fieldSelector === '' ? undefined : readFieldSelector(definition, options.fieldSelector);
  const exact = (path: string) =>
    fields?.requirements.find((each) => each.field === path && each.operator === '=')?.value;
  const indexed = indexes.find((name) => exact(name) !== undefined);
  return {
    matches:
      labels || fields
        ? (object) =>
            (labels === undefined || labels.matches(object.metadata?.labels ?? {})) &&
            (fields === undefined || matchesFields(definition, fields, object))
        : undefined,
    name: exact('metadata.name'),
    namespace: exact('metadata.namespace'),
    index: indexed === undefined ? undefined : { name: indexed, value: exact(indexed) ?? '' },
  };
}

function readLabelSelector(text: string) {
  try {
    return parseLabelSelector(text);
  } catch (error) {
    throw newBadRequest(messageOf(error));
  }
}

function readFieldSelector(definition: AnyResourceDefinition, text: string): FieldSelector {
  let selector: FieldSelector;
  try {
    selector = parseFieldSelector(text);
  } catch (error) {
    throw newBadRequest(messageOf(error));
  }
  for (const { field } of selector.requirements) {
    if (fieldReader(definition, field) === undefined) {
      throw newBadRequest(unknownField(definition, field));
    }
  }
  return selector;
}

/** Kinds without fields of their own are answered otherwise than those that have some, custom ones included. */
function unknownField(definition: AnyResourceDefinition, field: string): string {
  const { selectableFields, unknownFieldMessage } = definition;
  if (unknownFieldMessage) return unknownFieldMessage(field);
  return selectableFields
    ? `field label not supported: ${field}`
    : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function matchesFields(definition: AnyResourceDefinition, selector: FieldSelector, object: KubernetesObject): boolean {
  return selector.requirements.every(({ field, operator, value }) => {
    const equal = fieldReader(definition, field)?.(object) === value;
    return operator === '=' ? equal : !equal;
  });
}

function fieldReader(definition: AnyResourceDefinition, field: string): FieldOf | undefined {
  if (field === 'metadata.name') return (object) => object.metadata?.name ?? '';
  // Upstream knows the namespace of what has none, unless the kind says itself what it knows.
  if (field === 'metadata.namespace' && (definition.namespaced || !definition.selectableFields))
    return (object) => object.metadata?.namespace ?? '';
  return own(definition.selectableFields, field);
}

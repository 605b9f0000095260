import { parseFieldSelector } from '#machinery/selectors/field-selector.ts';
import { parseLabelSelector } from '#machinery/selectors/parse-label-selector.ts';
import { type Operator, SelectorError } from '#machinery/selectors/requirement.ts';
import type { ResourceTarget } from '../request.ts';
import type { UserInfo } from '../user.ts';
import type { ResourceAttributes, SelectorRequirement } from './authorizer.ts';

/** Reads a query parameter: its first value, or nothing. */
type QueryReader = { get(name: string): string | null };

const WITH_SELECTORS = new Set(['list', 'watch', 'deletecollection']);

/**
 * The attributes of a request for a resource. Who looks at a collection of which `metadata.name` picks one object asks
 * for that object; who deletes a collection does not.
 */
export function requestAttributes(
  target: ResourceTarget,
  { user, verb, query }: { readonly user: UserInfo; readonly verb: string; readonly query: QueryReader },
): ResourceAttributes {
  const { group, version, resource, subresource, namespace, name } = target;
  const attributes = { user, verb, group, version, resource, subresource, namespace, name };
  if (!WITH_SELECTORS.has(verb)) return attributes;
  const fieldText = query.get('fieldSelector');
  const labelText = query.get('labelSelector');
  if (!fieldText && !labelText) return attributes;
  const fieldSelector = fieldText ? readFieldSelector(fieldText) : undefined;
  const labelSelector = labelText ? readLabelSelector(labelText) : undefined;
  return {
    ...attributes,
    name: name || (verb !== 'deletecollection' && fieldSelector && nameIn(fieldSelector)) || '',
    ...(fieldSelector ? { fieldSelector } : {}),
    ...(labelSelector ? { labelSelector } : {}),
  };
}

/** A selector that cannot be read restricts nothing: whoever serves the request refuses it. */
export function readFieldSelector(text: string): SelectorRequirement[] | undefined {
  return quietly(() => parseFieldSelector(text))?.requirements.map(({ field, operator, value }) => ({
    key: field,
    operator: operator === '!=' ? 'NotIn' : 'In',
    values: [value],
  }));
}

export function readLabelSelector(text: string): SelectorRequirement[] | undefined {
  return quietly(() => parseLabelSelector(text))?.requirements.map(({ key, operator, values }) => ({
    key,
    operator: OPERATORS[operator],
    ...(values.length > 0 ? { values: [...values] } : {}),
  }));
}

const OPERATORS: Readonly<Record<Operator, string>> = {
  '=': 'In',
  '==': 'In',
  in: 'In',
  '!=': 'NotIn',
  notin: 'NotIn',
  exists: 'Exists',
  '!': 'DoesNotExist',
  gt: 'Gt',
  lt: 'Lt',
};

function quietly<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    // Whoever serves the request tells the client what is wrong with its selector.
    if (error instanceof SelectorError) return undefined;
    throw error;
  }
}

/** The one name a selector asks for. */
function nameIn(requirements: readonly SelectorRequirement[]): string | undefined {
  const found = requirements.find(({ key, operator }) => key === 'metadata.name' && operator === 'In');
  return found?.values?.[0];
}

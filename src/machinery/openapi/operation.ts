import type { GroupVersion, GroupVersionKind, OpenApiResource } from './openapi-input.ts';
import type { OperationParameter } from './operation-parameters.ts';

export type Method = 'delete' | 'get' | 'head' | 'options' | 'patch' | 'post' | 'put';

/** One operation of the API, in no version of OpenAPI. */
export interface Operation {
  readonly path: string;
  readonly method: Method;
  readonly id: string;
  readonly tag: string;
  readonly description: string;
  /** `x-kubernetes-action`. */
  readonly action?: string;
  readonly kind?: GroupVersionKind;
  readonly parameters: readonly OperationParameter[];
  /** Name of the definition of the body. */
  readonly body?: string;
  readonly consumes: readonly string[];
  /** Name of the definition of the answer; absent for texts and streams. */
  readonly response?: string;
  readonly produces: readonly string[];
  readonly statuses: readonly number[];
}

export const title = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `core`, `apps`, `rbacAuthorization`: a group in identifiers. */
export function groupIdentifier(group: string): string {
  if (group === '') return 'core';
  const [first, ...rest] = group.replace(/\.k8s\.io$/, '').split('.');
  return `${first}${rest.map(title).join('')}`.replaceAll('-', '');
}

export const tagOf = ({ group, version }: GroupVersion): string => `${groupIdentifier(group)}_${version}`;

/** Where operations are. */
export interface Place {
  readonly resource: OpenApiResource;
  readonly path: string;
  readonly pathParameters: readonly OperationParameter[];
  /** What stands around the kind in identifiers: `Namespaced`, `ForAllNamespaces`, `Status`. */
  readonly idPrefix: string;
  readonly idSuffix: string;
}

export const identifier = (verb: string, { resource, idPrefix, idSuffix }: Place): string =>
  `${verb}${title(groupIdentifier(resource.group))}${title(resource.version)}${idPrefix}${resource.kind}${idSuffix}`;

import type { KubernetesObject } from '#api/resource-definition.ts';
import { randomNameSuffix } from '#base/random.ts';
import { newBadRequest } from '#machinery/errors/status-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { ResourceTarget } from '../request.ts';
import type { RegistryParts } from './registry-parts.ts';

type Owned = Mutable<KubernetesObject>;

/** RFC 3339 in whole seconds. */
export function timestamp(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1000);
  if (second !== last.second) last = { second, text: `${new Date(milliseconds).toISOString().slice(0, 19)}Z` };
  return last.text;
}

/** Many objects are made within the same second. */
let last = { second: Number.NaN, text: '' };

/** The name in the object must be the one in the path. */
export function matchName({ metadata }: KubernetesObject, name: string): void {
  if (!metadata?.name)
    throw newBadRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  if (metadata.name !== name)
    throw newBadRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
}

/** The namespace in the object must be the one in the path, or absent. */
export function matchNamespace(parts: Pick<RegistryParts, 'definition'>, object: Owned, target: ResourceTarget): void {
  object.metadata ??= {};
  if (!parts.definition.namespaced) {
    if (object.metadata.namespace && target.namespace === '') {
      throw newBadRequest('namespace must be empty for cluster-scoped resources');
    }
    delete object.metadata.namespace;
    return;
  }
  // Where the path leaves it out nothing else says it: validation asks for it.
  if (target.namespace === '') delete object.metadata.namespace;
  else object.metadata.namespace ||= target.namespace;
  if ((object.metadata.namespace ?? '') !== target.namespace) {
    throw newBadRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

const MAX_GENERATED_PREFIX = 58;

/** Makes the name from `generateName` when there is none. */
export function generateName(parts: RegistryParts, object: Owned): void {
  const { metadata } = object;
  if (metadata === undefined || metadata.name || !metadata.generateName) return;
  metadata.name = metadata.generateName.slice(0, MAX_GENERATED_PREFIX) + randomNameSuffix(parts.random);
}

/** Takes away what only the server sets, before anybody owns it. */
export function wipeSystemFields({ metadata }: Owned): void {
  delete metadata?.deletionTimestamp;
  delete metadata?.deletionGracePeriodSeconds;
  delete metadata?.selfLink;
}

/** What only the server sets on a new object. */
export function fillSystemFields(parts: RegistryParts, object: Owned): void {
  const metadata = (object.metadata ??= {});
  metadata.uid = parts.newUid();
  metadata.creationTimestamp = timestamp(parts.clock.now());
  delete metadata.resourceVersion;
  delete metadata.managedFields;
  // Kinds whose changes nobody counts keep the number that they are created with.
  const { hasGeneration, countsFromFirstChange } = parts.definition.strategy;
  if (hasGeneration && !countsFromFirstChange) metadata.generation = 1;
}

/** What an update may not change, taken from the object as it is. */
export function keepSystemFields(object: Owned, old: KubernetesObject): void {
  const metadata = (object.metadata ??= {});
  const before = old.metadata ?? {};
  metadata.uid ??= before.uid as string;
  keep(metadata, before, 'creationTimestamp');
  // Nobody but a delete sets these; who changes them is told so.
  if (before.deletionTimestamp !== undefined) metadata.deletionTimestamp = before.deletionTimestamp;
  metadata.deletionGracePeriodSeconds ??= before.deletionGracePeriodSeconds as number;
  if (metadata.deletionGracePeriodSeconds === undefined) delete metadata.deletionGracePeriodSeconds;
  keep(metadata, before, 'generation');
  delete metadata.selfLink;
  delete metadata.managedFields;
}

function keep<M extends object, K extends keyof M>(metadata: M, before: { readonly [key in K]?: unknown }, field: K) {
  if (before[field] === undefined) delete metadata[field];
  else metadata[field] = before[field] as M[K];
}

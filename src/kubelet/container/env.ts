import type { ConfigMap } from '#api/core/v1/config-map.ts';
import type { EnvVarSource } from '#api/core/v1/env.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { Secret } from '#api/core/v1/secret.ts';
import type { Service } from '#api/core/v1/service.ts';
import { decodeBase64 } from '#machinery/objects/base64.ts';
import { type AnyContainer, findContainer, specOf } from '../pod-parts.ts';
import { configError } from './container-error.ts';
import { expandReferences } from './expand.ts';
import { fieldValue, type PodRuntimeFacts } from './field-ref.ts';
import { type Allocatable, resourceFieldValue } from './resource-field.ts';
import { type EnvEntry, serviceEnv } from './service-env.ts';

/** What variables may refer to. The two lookups give undefined when there is no such object. */
export interface EnvSources {
  readonly configMap: (name: string) => Promise<ConfigMap | undefined>;
  readonly secret: (name: string) => Promise<Secret | undefined>;
  readonly services: readonly Service[];
  readonly facts: PodRuntimeFacts;
  readonly allocatable: Allocatable;
}

/**
 * A container's environment: services, then `envFrom`, then `env`, later ones winning.
 * Rejects with `ContainerError` CreateContainerConfigError when something it needs is missing.
 */
export async function containerEnv(pod: Pod, container: AnyContainer, sources: EnvSources): Promise<EnvEntry[]> {
  const namespace = pod.metadata?.namespace ?? '';
  const services = serviceEnv(sources.services, namespace, specOf(pod).enableServiceLinks ?? true);
  const serviceValues = new Map(services.map(({ key, value }) => [key, value]));
  const result = new Map<string, string>();
  await addEnvFrom(result, container, sources);
  const own = new Map<string, string>(result);
  for (const { name, value = '', valueFrom } of container.env ?? []) {
    const text = valueFrom
      ? await variableValue(pod, container, valueFrom, sources)
      : expandReferences(value, (reference) => own.get(reference) ?? serviceValues.get(reference));
    if (text === undefined) continue;
    own.set(name, text);
    result.set(name, text);
  }
  for (const [key, value] of serviceValues) if (!result.has(key)) result.set(key, value);
  return [...result].map(([key, value]) => ({ key, value }));
}

async function addEnvFrom(result: Map<string, string>, container: AnyContainer, sources: EnvSources): Promise<void> {
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef) {
      const name = configMapRef.name ?? '';
      const data = await dataOf('configmap', name, configMapRef.optional, sources);
      for (const [key, value] of Object.entries(data ?? {})) result.set(prefix + key, value);
    } else if (secretRef) {
      const name = secretRef.name ?? '';
      const data = await dataOf('secret', name, secretRef.optional, sources);
      for (const [key, value] of Object.entries(data ?? {})) result.set(prefix + key, value);
    }
  }
}

/** The data of an object as text; undefined when it is optional and not there. */
async function dataOf(
  kind: 'configmap' | 'secret',
  name: string,
  optional: boolean | undefined,
  sources: EnvSources,
): Promise<Readonly<Record<string, string>> | undefined> {
  if (kind === 'configmap') {
    const object = await sources.configMap(name);
    if (object !== undefined) return object.data ?? {};
  } else {
    const object = await sources.secret(name);
    if (object !== undefined) {
      return Object.fromEntries(Object.entries(object.data ?? {}).map(([key, value]) => [key, textOf(value)]));
    }
  }
  if (optional) return undefined;
  throw configError(`${kind} "${name}" not found`);
}

const textOf = (base64: string): string => Buffer.from(decodeBase64(base64)).toString('utf8');

async function variableValue(
  pod: Pod,
  container: AnyContainer,
  source: EnvVarSource,
  sources: EnvSources,
): Promise<string | undefined> {
  const namespace = pod.metadata?.namespace ?? '';
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = source;
  if (fieldRef) return fieldValue(pod, fieldRef.fieldPath, sources.facts);
  if (resourceFieldRef) {
    const other = resourceFieldRef.containerName && findContainer(specOf(pod), resourceFieldRef.containerName);
    return resourceFieldValue(other ? other.container : container, resourceFieldRef, sources.allocatable);
  }
  const reference = configMapKeyRef ?? secretKeyRef;
  if (!reference) return undefined;
  const kind = configMapKeyRef ? 'configmap' : 'secret';
  const data = await dataOf(kind, reference.name ?? '', reference.optional, sources);
  const value = data?.[reference.key];
  if (value !== undefined || reference.optional) return value;
  const title = configMapKeyRef ? 'ConfigMap' : 'Secret';
  throw configError(`couldn't find key ${reference.key} in ${title} ${namespace}/${reference.name}`);
}

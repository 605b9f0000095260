import { type AnyResourceDefinition, apiVersionOf, type KubernetesObject } from '#api/resource-definition.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { Query } from '../request.ts';
import type { UserInfo } from '../user.ts';
import type { AdmissionAttributes, AdmissionPlugin, Operation } from './admission.ts';
import type { AdmissionReader, AdmissionSource } from './admission-source.ts';
import { admissionAttributes } from './attributes.ts';
import { pluginEntries } from './plugins.ts';

/** A request as tests write it. */
export interface TestRequest {
  readonly object?: object;
  readonly oldObject?: object;
  readonly operation?: Operation;
  readonly subresource?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly user?: UserInfo;
}

/** What a plugin sees of a request; CREATE of an object unless it says otherwise. */
export function attributesOf(definition: AnyResourceDefinition, request: TestRequest): AdmissionAttributes {
  const object = structuredClone(request.object) as Mutable<KubernetesObject> | undefined;
  const oldObject = request.oldObject as KubernetesObject | undefined;
  const { metadata } = object ?? oldObject ?? {};
  const { group, version, plural: resource } = definition;
  const { name = metadata?.name ?? '', namespace = metadata?.namespace ?? '', subresource = '' } = request;
  return admissionAttributes(
    definition,
    {
      target: { verb: 'create', group, version, resource, namespace, name, subresource, subpath: '' },
      user: request.user ?? { name: 'somebody', groups: [] },
      query: Query.from({}),
      warnings: [],
    },
    { operation: request.operation ?? (oldObject === undefined ? 'CREATE' : 'UPDATE'), object, oldObject },
  );
}

/** A reader over a few objects; they need their kind and apiVersion. */
export function readerOf(...objects: readonly object[]): AdmissionReader {
  const of = (definition: AnyResourceDefinition) =>
    (objects as KubernetesObject[]).filter(
      ({ kind, apiVersion }) => kind === definition.kind && apiVersion === apiVersionOf(definition),
    );
  const isIn = (namespace: string) => (object: KubernetesObject) => (object.metadata?.namespace ?? '') === namespace;
  return {
    get: <T>(definition: AnyResourceDefinition, namespace: string, name: string) =>
      of(definition).find((each) => isIn(namespace)(each) && each.metadata?.name === name) as T | undefined,
    list: <T>(definition: AnyResourceDefinition, namespace: string) =>
      (namespace === '' ? of(definition) : of(definition).filter(isIn(namespace))) as T[],
    definition: () => undefined,
  };
}

/** The text of a plugin's refusal, or the object as the plugin left it. */
export async function admit(plugin: AdmissionPlugin, attributes: AdmissionAttributes): Promise<unknown> {
  try {
    await plugin.mutate?.(attributes);
    await plugin.validate?.(attributes);
    return attributes.object;
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
}

/** What plugins are made with, where these objects lie; `allowed` is what authorization says of everything. */
export const sourceOf = (objects: readonly object[], allowed = false): AdmissionSource => ({
  ...readerOf(...objects),
  replace: async () => ({ written: false, current: undefined }),
  create: async (_definition, object) => object,
  decide: () => ({ allowed, denied: false, reason: '' }),
  clock: { now: () => 0, monotonic: () => 0 } as AdmissionSource['clock'],
  featureGates: new Set(),
});

/** The plugin of that name. */
export const pluginOf = (name: string, objects: readonly object[], allowed = false): AdmissionPlugin => {
  const entry = pluginEntries.find((each) => each.name === name);
  if (entry === undefined) throw new Error(`find plugin: no plugin named ${name}`);
  return entry.create(sourceOf(objects, allowed));
};

export const made = (kind: string, name: string, more: object = {}, apiVersion = 'v1') => ({
  kind,
  apiVersion,
  ...more,
  metadata: { name, ...(more as { metadata?: object }).metadata },
});
export const inD = (name: string, more: object = {}) => ({ metadata: { name, namespace: 'd' }, ...more });

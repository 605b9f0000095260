import type { Scale } from '#api/autoscaling/v1/scale.ts';
import type { CrossVersionObjectReference } from '#api/autoscaling/v2/metric-spec.ts';
import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import type { Client } from '#client/client.ts';
import { newGenericNotFound, qualified } from '#machinery/errors/status-error.ts';

/** Definitions of a kind in its group, the version that was named first. Throws when there is none. */
export function definitionsOf(
  resources: readonly AnyResourceDefinition[],
  { apiVersion = '', kind }: CrossVersionObjectReference,
): readonly AnyResourceDefinition[] {
  const parts = apiVersion.split('/');
  if (parts.length > 2) throw new Error(`unexpected GroupVersion string: ${apiVersion}`);
  const [group, version] = parts.length === 2 ? parts : ['', parts[0]];
  const found = resources.filter((one) => one.kind === kind && one.group === group);
  if (found.length === 0) {
    throw new Error(`no matches for kind ${JSON.stringify(kind)} in group ${JSON.stringify(group)}`);
  }
  return [...found].sort((a, b) => Number(b.version === version) - Number(a.version === version));
}

/** `deployments.apps`: the plural name of a kind with its group. */
export function resourceName(
  resources: readonly AnyResourceDefinition[],
  reference: CrossVersionObjectReference,
): string {
  const [{ group, plural } = { group: '', plural: '' }] = definitionsOf(resources, reference);
  return qualified({ group, resource: plural });
}

/** What an autoscaler scales, reached by its scale subresource. */
export interface ScaleTarget {
  readonly definition: AnyResourceDefinition;
  readonly scale: Scale;
}

/** Rejects when the kind is unknown, cannot be scaled, or the object is not there. */
export async function readScale(
  client: Client,
  definitions: readonly AnyResourceDefinition[],
  at: { readonly namespace: string; readonly name: string },
): Promise<ScaleTarget> {
  const definition = definitions.find(({ subresources }) => subresources?.['scale'] !== undefined);
  if (definition === undefined) throw newGenericNotFound();
  const scale = (await client.transport.request({ verb: 'get', ...pathOf(definition), ...at })) as Scale;
  return { definition, scale };
}

export async function writeScale(client: Client, { definition, scale }: ScaleTarget, replicas: number): Promise<void> {
  const { name, namespace } = scale.metadata ?? {};
  const body = { ...scale, spec: { ...scale.spec, replicas } };
  await client.transport.request({ verb: 'update', ...pathOf(definition), name, namespace, body });
}

const pathOf = ({ group, version, plural }: AnyResourceDefinition) => ({
  group,
  version,
  resource: plural,
  subresource: 'scale',
});

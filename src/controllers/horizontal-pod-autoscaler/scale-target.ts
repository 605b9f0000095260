import type { Scale } from '#api/autoscaling/v1/scale.ts';
import type { CrossVersionObjectReference } from '#api/autoscaling/v2/metric-spec.ts';
import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import type { Client } from '#client/client.ts';
import { isConflict, newGenericNotFound, qualified } from '#machinery/errors/status-error.ts';

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

/** How often a scale is written that others write at the same time. */
const ATTEMPTS = 5;

/** Sets a target's number of replicas, whatever it has become since it was read. */
export async function writeScale(client: Client, { definition, scale }: ScaleTarget, replicas: number): Promise<void> {
  const { name = '', namespace = '' } = scale.metadata ?? {};
  let known = scale;
  for (let attempt = 1; ; attempt++) {
    const body = { ...known, spec: { ...known.spec, replicas } };
    try {
      await client.transport.request({ verb: 'update', ...pathOf(definition), name, namespace, body });
      return;
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
    }
    known = (await readScale(client, [definition], { namespace, name })).scale;
  }
}

const pathOf = ({ group, version, plural }: AnyResourceDefinition) => ({
  group,
  version,
  resource: plural,
  subresource: 'scale',
});

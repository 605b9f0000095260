import type { KubernetesObject, SubresourceDefinition } from '#api/resource-definition.ts';
import { FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { newBadRequest, newInvalid } from '#machinery/errors/status-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { ownedCopy } from './owned-copy.ts';

/** The part of a workload that its Scale shows. */
export interface ScaleObject {
  readonly kind: 'Scale';
  readonly apiVersion: 'autoscaling/v1';
  readonly metadata: KubernetesObject['metadata'];
  readonly spec: { readonly replicas?: number };
  readonly status: { readonly replicas: number; readonly selector?: string };
}

type ScaleSubresource = SubresourceDefinition<KubernetesObject>;
type Node = { [key: string]: unknown };

/** The Scale of an object. */
export function scaleOf(object: KubernetesObject, subresource: ScaleSubresource): ScaleObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata ?? {};
  const paths = pathsOf(subresource);
  const replicas = read(object, paths.specReplicas);
  const selector = paths.selector(object);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as KubernetesObject['metadata'],
    spec: typeof replicas === 'number' && replicas !== 0 ? { replicas } : {},
    status: { replicas: Number(read(object, paths.statusReplicas) ?? 0), ...(selector ? { selector } : {}) },
  };
}

/** The object with the replicas (and the revision insisted on) of a Scale. */
export function withScale(
  object: KubernetesObject,
  scale: { readonly metadata?: KubernetesObject['metadata']; readonly spec?: { readonly replicas?: unknown } },
  subresource: ScaleSubresource,
): Mutable<KubernetesObject> {
  const replicas = scale.spec?.replicas ?? 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) {
    throw newBadRequest(
      `json: cannot unmarshal ${typeof replicas} into Go struct field ScaleSpec.spec.replicas of type int32`,
    );
  }
  if (replicas < 0) {
    const error = invalid(new FieldPath('spec').child('replicas'), replicas, 'must be greater than or equal to 0');
    throw newInvalid({ group: 'autoscaling', kind: 'Scale' }, object.metadata?.name ?? '', [error]);
  }
  const next = ownedCopy(object);
  setReplicas(next, replicas, subresource);
  const metadata = (next.metadata ??= {});
  const { resourceVersion, uid } = scale.metadata ?? {};
  if (resourceVersion) metadata.resourceVersion = resourceVersion;
  else delete metadata.resourceVersion;
  if (uid) metadata.uid = uid;
  return next;
}

/** Changes how many replicas an object wants. */
export function setReplicas(object: Mutable<KubernetesObject>, replicas: number, subresource: ScaleSubresource): void {
  write(object as Node, pathsOf(subresource).specReplicas, replicas);
}

function pathsOf(subresource: ScaleSubresource) {
  if (subresource.scale === undefined) throw new Error('read scale: the definition names no replica paths');
  return subresource.scale;
}

const segments = (path: string) => path.split('.').filter((segment) => segment !== '');

function read(object: unknown, path: string): unknown {
  return segments(path).reduce<unknown>((value, segment) => (value as Node | undefined)?.[segment], object);
}

function write(object: Node, path: string, value: unknown): void {
  const parts = segments(path);
  const last = parts.pop() as string;
  let node = object;
  for (const part of parts) node = (node[part] ??= {}) as Node;
  node[last] = value;
}

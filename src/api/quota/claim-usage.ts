import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { Quantity } from '#machinery/quantity/quantity.ts';
import { ONE } from './amounts.ts';
import { countName, type Evaluator } from './evaluator.ts';
import { matchesValues } from './scopes.ts';

const CLASS_SUFFIX = '.storageclass.storage.k8s.io/';
const COUNT = 'persistentvolumeclaims';
const STORAGE = 'requests.storage';
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

/** Claims and the storage they ask for, altogether and by class. */
export const claimEvaluator: Evaluator = {
  resource: COUNT,
  handles: ({ operation, subresource }) => subresource === '' && (operation === 'CREATE' || operation === 'UPDATE'),
  measures: (name) =>
    [countName(COUNT), COUNT, STORAGE].includes(name) ||
    name.endsWith(CLASS_SUFFIX + COUNT) ||
    name.endsWith(CLASS_SUFFIX + STORAGE),
  inScope: (scope, object) =>
    scope.scopeName === 'VolumeAttributesClass' && matchesValues(scope, attributesClasses(object)),
  usage(object) {
    const claim = object as PersistentVolumeClaim;
    const usage = new Map<string, Quantity>([
      [COUNT, ONE],
      [countName(COUNT), ONE],
    ]);
    const storageClass = claim.metadata?.annotations?.[CLASS_ANNOTATION] ?? claim.spec?.storageClassName ?? '';
    if (storageClass !== '') usage.set(storageClass + CLASS_SUFFIX + COUNT, ONE);
    const size = sizeOf(claim);
    if (size === undefined) return usage;
    usage.set(STORAGE, size);
    if (storageClass !== '') usage.set(storageClass + CLASS_SUFFIX + STORAGE, size);
    return usage;
  },
};

/** What is asked for, or what was allocated for an earlier, larger wish. */
function sizeOf({ spec, status }: PersistentVolumeClaim): Quantity | undefined {
  const asked = spec?.resources?.requests?.['storage'];
  if (asked === undefined) return undefined;
  const size = parseQuantity(asked);
  const allocated = parseQuantity(status?.allocatedResources?.['storage'] ?? '0');
  return allocated.compare(size) > 0 ? allocated : size;
}

/** The class that is wanted, the one that holds, and the one on the way. */
function attributesClasses(object: KubernetesObject): string[] {
  const { spec, status } = object as PersistentVolumeClaim;
  const names = [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return names.filter((name) => name !== undefined && name !== '') as string[];
}

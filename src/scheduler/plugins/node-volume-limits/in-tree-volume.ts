import type { PersistentVolume } from '#api/core/v1/persistent-volume.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { CSINode } from '#api/storage/v1/csi-node.ts';

/** A kind of volume that was once attached by Kubernetes itself, and is by a driver now. */
interface InTreePlugin {
  readonly plugin: string;
  readonly driver: string;
  /** The member of a volume that says it is of this kind. */
  readonly source: string;
  /** The member of that which tells volumes apart. */
  readonly id: string;
}

const PLUGINS: readonly InTreePlugin[] = [
  { plugin: 'kubernetes.io/aws-ebs', driver: 'ebs.csi.aws.com', source: 'awsElasticBlockStore', id: 'volumeID' },
  { plugin: 'kubernetes.io/azure-disk', driver: 'disk.csi.azure.com', source: 'azureDisk', id: 'diskURI' },
  { plugin: 'kubernetes.io/azure-file', driver: 'file.csi.azure.com', source: 'azureFile', id: 'shareName' },
  { plugin: 'kubernetes.io/cinder', driver: 'cinder.csi.openstack.org', source: 'cinder', id: 'volumeID' },
  { plugin: 'kubernetes.io/gce-pd', driver: 'pd.csi.storage.gke.io', source: 'gcePersistentDisk', id: 'pdName' },
  { plugin: 'kubernetes.io/portworx-volume', driver: 'pxd.portworx.com', source: 'portworxVolume', id: 'volumeID' },
  {
    plugin: 'kubernetes.io/vsphere-volume',
    driver: 'csi.vsphere.vmware.com',
    source: 'vsphereVolume',
    id: 'volumePath',
  },
];

/** A volume that a driver attaches. */
export interface Attachable {
  readonly driver: string;
  /** The volume's name among those of all drivers. */
  readonly name: string;
  /** The kind for which the driver stands in, on nodes that say so. */
  readonly plugin?: string;
}

type Sources = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

/** A volume of a kind for which a driver stands in. */
export function inTreeVolume(
  volume: PersistentVolume['spec'] | NonNullable<NonNullable<Pod['spec']>['volumes']>[number],
): Attachable | undefined {
  for (const { plugin, driver, source, id } of PLUGINS) {
    const own = (volume as unknown as Sources | undefined)?.[source];
    if (own) return { driver, plugin, name: `${driver}/${own[id]}` };
  }
  return undefined;
}

/** Who makes the volumes of a class, and for whom it stands in. */
export function provisionedBy(provisioner: string): Omit<Attachable, 'name'> {
  const known = PLUGINS.find(({ plugin }) => plugin === provisioner);
  return known ? { driver: known.driver, plugin: known.plugin } : { driver: provisioner };
}

/** The kinds for which drivers stand in on a node. */
export function migratedOn(csiNode: CSINode | undefined): ReadonlySet<string> {
  const told = csiNode?.metadata?.annotations?.['storage.alpha.kubernetes.io/migrated-plugins'] ?? '';
  return new Set(told.split(',').filter((plugin) => plugin !== ''));
}

import { expect, test } from 'vitest';
import { createErrors } from '#api/testing/defaulted.ts';
import { PersistentVolumes } from './persistent-volume.ts';
import { Pods } from './pod.ts';

const errorsOfVolume = (source: object): string[] =>
  createErrors(Pods, {
    metadata: { name: 'p', namespace: 'n' },
    spec: { containers: [{ name: 'c', image: 'x' }], volumes: [{ name: 'v', ...source }] },
  });
const errorsOfPersistentVolume = (source: object, more: object = {}): string[] =>
  createErrors(PersistentVolumes, {
    metadata: { name: 'v', ...more },
    spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, ...source },
  });

const V = 'spec.volumes[0]';

test.each<[object, string[]]>([
  [{ fc: {} }, [`${V}.fc.targetWWNs: Required value: must specify either targetWWNs or wwids, but not both`]],
  [
    { fc: { targetWWNs: ['a'], wwids: ['b'] } },
    [
      `${V}.fc.targetWWNs: Invalid value: ["a"]: targetWWNs and wwids can not be specified simultaneously`,
      `${V}.fc.lun: Required value: lun is required if targetWWNs is specified`,
    ],
  ],
  [{ fc: { targetWWNs: ['a'], lun: 256 } }, [`${V}.fc.lun: Invalid value: 256: must be between 0 and 255, inclusive`]],
  [
    { iscsi: { targetPortal: '10.0.0.1', iqn: 'x', lun: 0, chapAuthSession: true, initiatorName: 'iqn.y' } },
    [
      `${V}.iscsi.iqn: Invalid value: "x": must be valid format starting with iqn, eui, or naa`,
      `${V}.iscsi.secretRef: Required value`,
      `${V}.iscsi.initiatorname: Invalid value: "iqn.y": must be valid format`,
    ],
  ],
  [
    {
      iscsi: {
        targetPortal: 'p'.repeat(64),
        iqn: 'iqn.2001-04.com.example:a',
        lun: 0,
        initiatorName: 'iqn.2001-04.com.example:b',
      },
    },
    [
      `${V}.name: Invalid value: "v": Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.`,
    ],
  ],
  [
    { gcePersistentDisk: { pdName: '', partition: -1 } },
    [
      `${V}.gcePersistentDisk.pdName: Required value`,
      `${V}.gcePersistentDisk.partition: Invalid value: -1: must be between 0 and 255, inclusive`,
    ],
  ],
  [{ flocker: {} }, [`${V}.flocker: Required value: one of datasetName and datasetUUID is required`]],
  [
    { quobyte: { registry: 'a', volume: '' } },
    [
      `${V}.quobyte.registry: Invalid value: "a": must be a host:port pair or multiple pairs separated by commas`,
      `${V}.quobyte.volume: Required value`,
    ],
  ],
  [
    { flexVolume: { driver: 'd', options: { 'a.kubernetes.io/b': 'c', fine: 'd' } } },
    [
      `${V}.flexVolume.options[a.kubernetes.io/b]: Invalid value: "a.kubernetes.io/b": kubernetes.io and k8s.io namespaces are reserved`,
    ],
  ],
  [
    { azureDisk: { diskName: 'd', diskURI: 'x', kind: 'Managed', cachingMode: 'Some' } },
    [
      `${V}.azureDisk.cachingMode: Unsupported value: "Some": supported values: "None", "ReadOnly", "ReadWrite"`,
      `${V}.azureDisk.diskURI: Unsupported value: "x": supported values: "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"`,
    ],
  ],
  [{ storageos: { volumeName: 'A' } }, [expect.stringContaining(`${V}.storageos.volumeName: Invalid value: "A"`)]],
  [
    { gitRepo: { repository: 'r', directory: '../a' } },
    [`${V}.gitRepo.directory: Invalid value: "../a": must not contain '..'`],
  ],
  [{ emptyDir: {}, cephfs: { monitors: ['m'] } }, [`${V}.cephFS: Forbidden: may not specify more than 1 volume type`]],
])('a pod’s volume %j', (source, expected) => {
  expect(errorsOfVolume(source)).toEqual(expected);
});

test.each<[object, string[]]>([
  [
    { nfs: { server: '', path: '' } },
    [
      'spec.nfs.server: Required value',
      'spec.nfs.path: Required value',
      'spec.nfs.path: Invalid value: "": must be an absolute path',
    ],
  ],
  [{ gcePersistentDisk: { pdName: '' } }, ['spec.persistentDisk.pdName: Required value']],
  [
    { glusterfs: { endpoints: 'e', path: 'p', endpointsNamespace: '' } },
    [
      'spec.glusterfs.endpointsNamespace: Invalid value: "": if the endpointnamespace is set, it must be a valid namespace name',
    ],
  ],
  [
    { iscsi: { targetPortal: 'p', iqn: 'x', lun: 0, secretRef: {} } },
    ['spec.iscsi.iqn: Invalid value: "x": must be valid format', 'spec.iscsi.secretRef.name: Required value'],
  ],
  [{ cinder: { volumeID: 'i', secretRef: { name: 's' } } }, ['spec.cinder.secretRef.namespace: Required value']],
  [
    { azureFile: { secretName: 's', shareName: 's', secretNamespace: '' } },
    ['spec.azureFile.secretNamespace: Required value'],
  ],
  [
    { csi: { driver: '', volumeHandle: 'h', nodePublishSecretRef: { name: 's' } } },
    ['spec.csi.driver: Required value', 'spec.csi.nodePublishSecretRef.namespace: Required value'],
  ],
  [
    { hostPath: { path: '/a' }, volumeAttributesClassName: '' },
    [
      'spec.volumeAttributesClassName: Required value: an empty string is disallowed',
      'spec.csi: Required value: has to be specified when using volumeAttributesClassName',
    ],
  ],
  [
    { local: { path: '/a/../b' } },
    [
      'spec.local.path: Invalid value: "/a/../b": must not contain \'..\'',
      'spec.nodeAffinity: Required value: Local volume requires node affinity',
    ],
  ],
])('a persistent volume %j', (source, expected) => {
  expect(errorsOfPersistentVolume(source)).toEqual(expected);
});

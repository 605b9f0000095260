import { expect, test } from 'vitest';
import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import { createErrors, updateErrors } from '#api/testing/defaulted.ts';
import { CSIDrivers } from './csi-driver.ts';
import { CSINodes } from './csi-node.ts';
import { CSIStorageCapacities } from './csi-storage-capacity.ts';
import { StorageClasses } from './storage-class.ts';
import { VolumeAttachments } from './volume-attachment.ts';
import { VolumeAttributesClasses } from './volume-attributes-class.ts';

const metadata = { name: 'example.com', namespace: 'b' };

test.each<[string, AnyResourceDefinition, object, string[]]>([
  ['StorageClass that is well', StorageClasses, { provisioner: 'example.com/disk' }, []],
  [
    'StorageClass without a provisioner',
    StorageClasses,
    { reclaimPolicy: 'Recycle', volumeBindingMode: 'Never' },
    [
      'provisioner: Required value',
      'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
      'volumeBindingMode: Unsupported value: "Never": supported values: "Immediate", "WaitForFirstConsumer"',
    ],
  ],
  [
    'VolumeAttachment of nothing',
    VolumeAttachments,
    { spec: { attacher: 'example.com', nodeName: 'n', source: {} } },
    ['spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName'],
  ],
  [
    'CSINode with one driver twice',
    CSINodes,
    {
      spec: {
        drivers: [
          { name: 'example.com', nodeID: 'n' },
          { name: 'example.com', nodeID: '' },
        ],
      },
    },
    ['spec.drivers[1].nodeID: Required value', 'spec.drivers[1].name: Duplicate value: "example.com"'],
  ],
  [
    'CSIDriver with a short-lived token',
    CSIDrivers,
    { spec: { tokenRequests: [{ audience: 'a', expirationSeconds: 5 }, { audience: 'a' }] } },
    [
      'spec.tokenRequests[0].expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes',
      'spec.tokenRequests[1].audience: Duplicate value: "a"',
    ],
  ],
  [
    'CSIDriver whose tokens stand in secrets, though it asks for none',
    CSIDrivers,
    { spec: { serviceAccountTokenInSecrets: false } },
    [
      'spec.serviceAccountTokenInSecrets: Invalid value: false: serviceAccountTokenInSecrets is set but no tokenRequests are specified',
    ],
  ],
  [
    'CSIStorageCapacity below nothing',
    CSIStorageCapacities,
    { storageClassName: 'fast', capacity: '-1' },
    ['capacity: Invalid value: "-1": must be greater than or equal to 0'],
  ],
  [
    'VolumeAttributesClass without parameters',
    VolumeAttributesClasses,
    { driverName: 'example.com' },
    ['parameters: Required value: must contain at least one key/value pair'],
  ],
])('a %s', (_, definition, object, expected) => {
  expect(createErrors(definition, { metadata, ...object })).toEqual(expected);
});

test.each<[string, AnyResourceDefinition, object, object, string[]]>([
  [
    'StorageClass',
    StorageClasses,
    { provisioner: 'a', parameters: { a: '1' } },
    { provisioner: 'b', parameters: { a: '2' }, reclaimPolicy: 'Retain', volumeBindingMode: 'WaitForFirstConsumer' },
    [
      'parameters: Forbidden: updates to parameters are forbidden.',
      'provisioner: Forbidden: updates to provisioner are forbidden.',
      'reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.',
      'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
    ],
  ],
  [
    'VolumeAttributesClass',
    VolumeAttributesClasses,
    { driverName: 'a', parameters: { a: '1' } },
    { driverName: 'a', parameters: { a: '2' } },
    ['parameters: Forbidden: updates to parameters are forbidden.'],
  ],
])('a %s keeps what it is', (_, definition, before, after, expected) => {
  expect(updateErrors(definition, { metadata, ...before }, { metadata, ...after })).toEqual(expected);
});

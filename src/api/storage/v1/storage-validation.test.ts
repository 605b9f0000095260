import { expect, test } from 'vitest';
import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import { createErrors, updateErrors } from '#api/testing/defaulted.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
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
    'StorageClass with wrong topologies',
    StorageClasses,
    {
      provisioner: 'a',
      volumeBindingMode: 'Immediate',
      allowedTopologies: [
        { matchLabelExpressions: [{ key: 'a', values: ['x', 'y', 'x'] }] },
        {
          matchLabelExpressions: [
            { key: '-', values: [] },
            { key: '-', values: ['x'] },
          ],
        },
        { matchLabelExpressions: [{ key: 'a', values: ['y', 'x'] }] },
      ],
    },
    [
      'allowedTopologies[0].matchLabelExpressions[0].values[2]: Duplicate value: "x"',
      'allowedTopologies[1].matchLabelExpressions[0].values: Required value',
      `allowedTopologies[1].matchLabelExpressions[0].key: Invalid value: "-": ${isQualifiedName('-').join()}`,
      `allowedTopologies[1].matchLabelExpressions[1].key: Invalid value: "-": ${isQualifiedName('-').join()}`,
      'allowedTopologies[1].matchLabelExpressions[1].key: Duplicate value: "-"',
      'allowedTopologies[2].matchLabelExpressions: Duplicate value: ""',
    ],
  ],
  [
    'StorageClass with an empty topology',
    StorageClasses,
    { provisioner: 'a', volumeBindingMode: 'Immediate', allowedTopologies: [{}] },
    ['allowedTopologies[0].matchLabelExpressions: Duplicate value: ""'],
  ],
  [
    'StorageClass with too many parameters',
    StorageClasses,
    {
      provisioner: 'a',
      volumeBindingMode: 'Immediate',
      parameters: Object.fromEntries(Array.from({ length: 513 }, (_, index) => [`${index}`, ''])),
    },
    ['parameters: Too long: may not be more than 512 bytes'],
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
      'parameters: Invalid value: {"a":"2"}: field is immutable',
      'provisioner: Invalid value: "b": field is immutable',
      'reclaimPolicy: Invalid value: "Retain": field is immutable',
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

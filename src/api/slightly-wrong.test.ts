import { describe, expect, test } from 'vitest';
import { Leases } from './coordination/v1/lease.ts';
import { Ingresses } from './networking/v1/ingress.ts';
import { IngressClasses } from './networking/v1/ingress-class.ts';
import { NetworkPolicies } from './networking/v1/network-policy.ts';
import { ServiceCIDRs } from './networking/v1/service-cidr.ts';
import { RuntimeClasses } from './node/v1/runtime-class.ts';
import type { AnyResourceDefinition } from './resource-definition.ts';
import { PriorityClasses } from './scheduling/v1/priority-class.ts';
import { VolumeAttachments } from './storage/v1/volume-attachment.ts';
import { VolumeAttributesClasses } from './storage/v1/volume-attributes-class.ts';
import { createErrors, updateErrors } from './testing/defaulted.ts';

const metadata = { name: 'a', namespace: 'b' };
const path = { path: '/', backend: { service: { name: 's', port: { number: 1 } } } };

describe('what is created', () => {
  test.each<[string, AnyResourceDefinition, object, string[]]>([
    ['a handler of no name', RuntimeClasses, { handler: '' }, ['handler: Required value']],
    ['a policy of no name', PriorityClasses, { value: 1, preemptionPolicy: '' }, ['preemptionPolicy: Required value']],
    [
      'parameters that name nothing',
      IngressClasses,
      { spec: { controller: 'a.b/c', parameters: { scope: 'Cluster' } } },
      ['spec.parameters.kind: Required value', 'spec.parameters.name: Required value'],
    ],
    [
      'a type of path that is empty',
      Ingresses,
      { spec: { rules: [{ http: { paths: [{ ...path, pathType: '' }] } }] } },
      [
        'spec.rules[0].http.paths[0].pathType: Unsupported value: "": supported values: "Exact", "ImplementationSpecific", "Prefix"',
      ],
    ],
    [
      'ranges of one family that are not written well',
      ServiceCIDRs,
      { spec: { cidrs: ['10.0.0.1/24', '10.1.0.0/24'] } },
      [
        'spec.cidrs[0]: Invalid value: "10.0.0.1/24": must not have bits set beyond the prefix length',
        'spec.cidrs: Invalid value: ["10.0.0.1/24","10.1.0.0/24"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
      ],
    ],
    [
      'a block with host bits, and what is not of it',
      NetworkPolicies,
      { spec: { ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.1/8', except: ['11.0.0.1/16'] } }] }] } },
      [
        'spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length',
        'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.1/16": must not have bits set beyond the prefix length',
        'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.1/16": must be a strict subset of `cidr`',
      ],
    ],
    ['a holder that is preferred and nobody', Leases, { spec: { preferredHolder: '' } }, []],
  ])('%s', (_, definition, object, expected) => {
    expect(createErrors(definition, { metadata, ...object })).toEqual(expected);
  });
});

describe('what is changed', () => {
  test.each<[string, AnyResourceDefinition, object, object, string[]]>([
    [
      'a range into what is none',
      ServiceCIDRs,
      { spec: { cidrs: ['10.0.0.0/24'] } },
      { spec: { cidrs: ['x'] } },
      ['spec.cidrs[0]: Invalid value: "x": field is immutable'],
    ],
    [
      'a range that gets another of its family',
      ServiceCIDRs,
      { spec: { cidrs: ['10.0.0.0/24'] } },
      { spec: { cidrs: ['10.1.0.0/24', '10.2.0.0/24'] } },
      [
        'spec.cidrs[0]: Invalid value: "10.1.0.0/24": field is immutable',
        'spec.cidrs: Invalid value: ["10.1.0.0/24","10.2.0.0/24"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
      ],
    ],
    [
      'parameters into none',
      VolumeAttributesClasses,
      { driverName: 'a', parameters: { a: 'b' } },
      { driverName: 'a' },
      [
        'parameters: Forbidden: updates to parameters are forbidden.',
        'parameters: Required value: must contain at least one key/value pair',
      ],
    ],
    [
      'a volume that is attached',
      VolumeAttachments,
      { spec: { attacher: 'a', nodeName: 'n', source: { persistentVolumeName: 'v' } } },
      {
        spec: {
          attacher: 'a',
          nodeName: 'n',
          source: {
            inlineVolumeSpec: {
              accessModes: ['ReadWriteOnce'],
              csi: { driver: 'd', volumeHandle: 'h' },
            },
          },
        },
      },
      [
        'spec: Invalid value: {"Attacher":"a","Source":{"PersistentVolumeName":null,"InlineVolumeSpec":{"Capacity":null,"GCEPersistentDisk":null,"AWSElasticBlockStore":null,"HostPath":null,"Glusterfs":null,"NFS":null,"RBD":null,"Quobyte":null,"ISCSI":null,"FlexVolume":null,"Cinder":null,"CephFS":null,"FC":null,"Flocker":null,"AzureFile":null,"VsphereVolume":null,"AzureDisk":null,"PhotonPersistentDisk":null,"PortworxVolume":null,"ScaleIO":null,"Local":null,"StorageOS":null,"CSI":{"Driver":"d","VolumeHandle":"h","ReadOnly":false,"FSType":"","VolumeAttributes":null,"ControllerPublishSecretRef":null,"NodeStageSecretRef":null,"NodePublishSecretRef":null,"ControllerExpandSecretRef":null,"NodeExpandSecretRef":null},"AccessModes":["ReadWriteOnce"],"ClaimRef":null,"PersistentVolumeReclaimPolicy":"","StorageClassName":"","MountOptions":null,"VolumeMode":null,"NodeAffinity":null,"VolumeAttributesClassName":null}},"NodeName":"n"}: field is immutable',
      ],
    ],
  ])('%s', (_, definition, before, after, expected) => {
    expect(updateErrors(definition, { metadata, ...before }, { metadata, ...after })).toEqual(expected);
  });
});

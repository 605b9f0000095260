import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '#testing/wait-for.ts';
import { checkApiOperations, refuses } from '../support/api-operations.ts';
import type { Collection } from '../support/collection.ts';
import { pod } from '../support/examples.ts';
import { type Body, Rest } from '../support/rest.ts';

let rest: Rest;
let namespace: string;
beforeAll(async () => {
  const protection = ['persistentvolume', 'persistentvolumeclaim', 'volumeattributesclass'];
  rest = await Rest.start({
    controllers: ['serviceaccount-controller', ...protection.map((each) => `${each}-protection-controller`)],
    scheduler: false,
  });
  namespace = await rest.namespace('storage', { serviceAccount: true });
});
afterAll(() => rest?.stop());

const storage = (plural: string, inNamespace?: string) => rest.of('storage.k8s.io/v1', plural, inNamespace);
const attachment: Body = {
  spec: { attacher: 'example.test', nodeName: 'node-1', source: { persistentVolumeName: 'volume-1' } },
};

const volume = (name: string, labels: Body): Body => ({
  metadata: { name, labels },
  spec: {
    capacity: { storage: '2Gi' },
    accessModes: ['ReadWriteOnce'],
    persistentVolumeReclaimPolicy: 'Retain',
    storageClassName: 'none',
    csi: { driver: 'example.test', volumeHandle: name },
  },
});
const claim = (name: string, labels: Body): Body => ({
  metadata: { name, labels },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    storageClassName: 'none',
  },
});

/** Volumes and claims of a label, and how to see them. */
function volumesAndClaims() {
  const label = rest.name('volumes');
  const selector = { labelSelector: `behaviour=${label}` };
  const of = (collection: Collection, make: typeof volume, protection: string) => ({
    collection,
    selector,
    create: () => collection.create(make(rest.name(label), { behaviour: label })),
    protection,
  });
  return [
    of(rest.of('v1', 'persistentvolumes'), volume, 'kubernetes.io/pv-protection'),
    of(rest.of('v1', 'persistentvolumeclaims', namespace), claim, 'kubernetes.io/pvc-protection'),
  ] as const;
}

const condition = (type: string): Body => ({ type, status: 'True', reason: 'Tested', message: 'Set by a behaviour' });

describe('[sig-storage] CSI API objects', () => {
  test('CSIInlineVolumes should run through the lifecycle of a CSIDriver', async () => {
    await checkApiOperations(storage('csidrivers'), {
      kind: 'CSIDriver',
      object: { spec: { attachRequired: false, podInfoOnMount: true, volumeLifecycleModes: ['Ephemeral'] } },
      specPatch: { spec: { storageCapacity: true } },
    });
  });

  test('CSIInlineVolumes should support CSIVolumeSource in Pod API', async () => {
    const pods = rest.of('v1', 'pods', namespace);
    const csi = { driver: 'example.test', readOnly: false, volumeAttributes: { a: 'b' } };
    const spec = (driver: Body) => ({
      volumes: [{ name: 'inline', csi: driver }],
      containers: [{ name: 'web', image: 'web:1', volumeMounts: [{ name: 'inline', mountPath: '/inline' }] }],
    });
    const label = { labelSelector: 'inline=yes' };
    const watch = await pods.watch(label);
    const created = await pods.create(pod('inline', { metadata: { labels: { inline: 'yes' } }, spec: spec(csi) }));
    expect(created.spec.volumes[0]).toEqual({ name: 'inline', csi });
    await watch.of('ADDED', 'inline');
    expect((await pods.everywhere.list(label)).items[0].spec.volumes[0].csi.driver).toBe('example.test');
    const patched = await pods.patch('inline', 'strategic', { metadata: { labels: { inline: 'patched' } } });
    expect(patched.spec.volumes[0]).toEqual({ name: 'inline', csi });
    await watch.of('DELETED', 'inline');
    await refuses(pods.create(pod('none', { spec: spec({ driver: '' }) })), 422, 'Invalid');
    await pods.deleteCollection({ labelSelector: 'inline=patched' }, { gracePeriodSeconds: 0 });
    expect(await pods.names({ labelSelector: 'inline=patched' })).toEqual([]);
  });

  test('CSINodes CSI Conformance should run through the lifecycle of a csinode', async () => {
    const driver = { name: 'example.test', nodeID: 'node-1', topologyKeys: ['example.test/zone'] };
    await checkApiOperations(storage('csinodes'), { kind: 'CSINode', object: { spec: { drivers: [driver] } } });
  });

  test('CSIStorageCapacity should support CSIStorageCapacities API operations', async () => {
    await checkApiOperations(storage('csistoragecapacities', namespace), {
      kind: 'CSIStorageCapacity',
      object: { storageClassName: 'fast', nodeTopology: { matchLabels: { zone: 'one' } }, capacity: '100Gi' },
      specPatch: { capacity: '50Gi', maximumVolumeSize: '10Gi' },
    });
  });
});

describe('[sig-storage] StorageClasses CSI Conformance', () => {
  test('should run through the lifecycle of a StorageClass', async () => {
    const classes = storage('storageclasses');
    await checkApiOperations(classes, {
      kind: 'StorageClass',
      object: { provisioner: 'example.test', parameters: { kind: 'fast' } },
      specPatch: { allowVolumeExpansion: true },
    });
    const made = await classes.create({ metadata: { name: 'defaulted' }, provisioner: 'example.test' });
    expect(made).toMatchObject({ reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
    await refuses(classes.patch('defaulted', 'merge', { provisioner: 'another.test' }), 422, 'Invalid');
  });
});

describe('[sig-storage] VolumeAttachment Conformance', () => {
  test('should run through the lifecycle of a VolumeAttachment', async () => {
    await checkApiOperations(storage('volumeattachments'), { kind: 'VolumeAttachment', object: attachment });
  });

  test('should apply changes to a volumeattachment status', async () => {
    await checkApiOperations(storage('volumeattachments'), {
      kind: 'VolumeAttachment',
      object: attachment,
      status: { attached: true, attachmentMetadata: { device: '/dev/one' } },
      statusKeepsMetadata: true,
    });
  });
});

describe('[sig-storage] VolumeAttributesClass', () => {
  test('should run through the lifecycle of a VolumeAttributesClass', async () => {
    const classes = storage('volumeattributesclasses');
    const object = { driverName: 'example.test', parameters: { iops: '1000' } };
    const watch = await classes.watch();
    const made = await classes.create({ metadata: { name: 'gold' }, ...object });
    expect(made.metadata.finalizers).toEqual(['kubernetes.io/vac-protection']);
    await watch.of('ADDED', 'gold');
    const patched = await classes.patch('gold', 'merge', { metadata: { labels: { tier: 'patched' } } });
    expect(patched).toMatchObject(object);
    expect(await classes.names({ labelSelector: 'tier=patched' })).toEqual(['gold']);
    await refuses(classes.patch('gold', 'merge', { parameters: { iops: '2000' } }), 422, 'Invalid');
    await classes.delete('gold');
    await watch.of('DELETED', 'gold');
    await classes.create({ metadata: { name: 'silver' }, ...object });
    await classes.change('silver', ({ metadata }) => Object.assign(metadata, { labels: { tier: 'updated' } }));
    await classes.deleteCollection({ labelSelector: 'tier=updated' });
    await watch.of('DELETED', 'silver');
    expect(await classes.names()).toEqual([]);
  });
});

describe('[sig-storage] PersistentVolumes CSI Conformance', () => {
  test('should run through the lifecycle of a PV and a PVC', async () => {
    for (const { collection, selector, create, protection } of volumesAndClaims()) {
      const watch = await collection.watch(selector);
      const { name } = (await create()).metadata;
      const held = await waitFor(async () => {
        const object = await collection.get(name);
        return object.metadata.finalizers?.includes(protection) && object;
      });
      expect(held.status).toMatchObject({ phase: 'Pending' });
      expect(await collection.names(selector)).toEqual([name]);
      const patched = await collection.patch(name, 'strategic', { metadata: { labels: { [name]: 'patched' } } });
      expect(patched).toMatchObject({ spec: held.spec, metadata: { labels: { [name]: 'patched' } } });
      await refuses(collection.patch(name, 'merge', { spec: { volumeMode: 'Block' } }), 422, 'Invalid');
      await collection.delete(name);
      await watch.of('DELETED', name);
      await refuses(collection.get(name), 404, 'NotFound');

      const again = (await create()).metadata.name;
      await collection.change(again, ({ metadata }) => Object.assign(metadata.labels, { [again]: 'updated' }));
      await collection.deleteCollection({ labelSelector: `${again}=updated` });
      await watch.of('DELETED', again);
      expect(await collection.names(selector)).toEqual([]);
    }
  });

  test('should apply changes to a pv/pvc status', async () => {
    const subresource = 'status';
    const [volumes, claims] = volumesAndClaims();
    const name = (await claims.create()).metadata.name;
    const conditions = [condition('StatusPatched')];
    const patched = await claims.collection.patch(name, 'merge', { status: { conditions } }, { subresource });
    expect(patched.status).toMatchObject({ phase: 'Pending', conditions });
    const updated = await claims.collection.change(name, ({ status }) => status.conditions.push(condition('Updated')), {
      subresource,
    });
    expect(updated.status.conditions).toMatchObject([...conditions, condition('Updated')]);
    expect(updated.spec).toEqual(patched.spec);

    const volumeName = (await volumes.create()).metadata.name;
    const status = { message: 'patched', reason: 'Tested' };
    const patchedVolume = await volumes.collection.patch(volumeName, 'merge', { status }, { subresource });
    expect(patchedVolume.status).toMatchObject({ phase: 'Pending', ...status });
    const updatedVolume = await volumes.collection.change(volumeName, (object) => (object.status.message = 'updated'), {
      subresource,
    });
    expect(updatedVolume.status).toMatchObject({ message: 'updated', reason: 'Tested' });
    expect(await volumes.collection.get(volumeName, { subresource })).toEqual(await volumes.collection.get(volumeName));
    const phase = await volumes.collection.patch(volumeName, 'merge', { status: { phase: 'Available' } });
    expect(phase.status.phase).toBe('Pending');
  });
});

/** An immutable map: its data and its mark stay, its labels need not. */
async function checkImmutable(collection: Collection, value: string, other: string): Promise<void> {
  const name = rest.name('immutable');
  await collection.create({ metadata: { name }, data: { key: value } });
  expect((await collection.patch(name, 'merge', { data: { key: other } })).data).toEqual({ key: other });
  expect(await collection.patch(name, 'merge', { immutable: true })).toMatchObject({ immutable: true });
  await refuses(collection.patch(name, 'merge', { data: { key: value } }), 422, 'Invalid');
  await refuses(collection.patch(name, 'merge', { data: { more: value } }), 422, 'Invalid');
  for (const immutable of [false, null]) {
    const { message } = await refuses(collection.patch(name, 'merge', { immutable }), 422, 'Invalid');
    expect(message).toMatch(/immutable: Forbidden: field is immutable when `immutable` is set$/);
  }
  const labelled = await collection.patch(name, 'merge', { metadata: { labels: { free: 'yes' } } });
  expect(labelled).toMatchObject({ data: { key: other }, immutable: true, metadata: { labels: { free: 'yes' } } });
  await collection.delete(name);
  await refuses(collection.get(name), 404, 'NotFound');
}

describe('[sig-storage] ConfigMap', () => {
  test('should be immutable if `immutable` field is set', async () => {
    await checkImmutable(rest.of('v1', 'configmaps', namespace), 'one', 'two');
  });
});

describe('[sig-storage] Secrets', () => {
  test('should be immutable if `immutable` field is set', async () => {
    await checkImmutable(rest.of('v1', 'secrets', namespace), 'b25l', 'dHdv');
  });
});

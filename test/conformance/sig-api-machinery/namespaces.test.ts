import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '#testing/wait-for.ts';
import { refuses } from '../support/api-operations.ts';
import type { Collection } from '../support/collection.ts';
import { pod } from '../support/examples.ts';
import { type Body, Rest } from '../support/rest.ts';

let rest: Rest;
let namespaces: Collection;
beforeAll(async () => {
  rest = await Rest.start({ simulatedNodes: 1 });
  namespaces = rest.of('v1', 'namespaces');
});
afterAll(() => rest?.stop());

const gone = (name: string) =>
  waitFor(
    () =>
      refuses(namespaces.get(name), 404, 'NotFound').then(
        () => true,
        () => false,
      ),
    { what: `${name} to go` },
  );

const running = (pods: Collection, name: string) =>
  waitFor(async () => (await pods.get(name)).status.phase === 'Running', { what: `${name} to run` });

/** Deletes a namespace that holds one object and makes it anew, without the object. */
async function deleteAndMakeAnew(name: string, collection: Collection, held: string): Promise<void> {
  const deleted = await namespaces.delete(name);
  expect(deleted).toMatchObject({ kind: 'Namespace', status: { phase: 'Terminating' } });
  await refuses(rest.of('v1', 'configmaps', name).create({ metadata: { name: 'late' } }), 403, 'Forbidden');
  await gone(name);
  await namespaces.create({ metadata: { name } });
  await refuses(collection.get(held), 404, 'NotFound');
  expect(await collection.names()).toEqual([]);
}

describe('[sig-api-machinery] Namespaces', () => {
  test('should ensure that all pods are removed when a namespace is deleted [Serial]', async () => {
    const name = await rest.namespace('with-pods', { serviceAccount: true });
    const pods = rest.of('v1', 'pods', name);
    await pods.create(pod('held'));
    await running(pods, 'held');
    await deleteAndMakeAnew(name, pods, 'held');
  });

  test('should ensure that all services are removed when a namespace is deleted [Serial]', async () => {
    const name = await rest.namespace('with-services');
    const services = rest.of('v1', 'services', name);
    const spec = { selector: { foo: 'bar', baz: 'blah' }, ports: [{ port: 80, targetPort: 80 }] };
    await services.create({ metadata: { name: 'held' }, spec });
    await deleteAndMakeAnew(name, services, 'held');
  });

  test('should patch a Namespace [Serial]', async () => {
    const name = await rest.namespace('patched');
    const before = await namespaces.get(name);
    expect(before.metadata.labels).toEqual({ 'kubernetes.io/metadata.name': name });
    const after = await namespaces.patch(name, 'strategic', { metadata: { labels: { test: 'value' } } });
    expect(BigInt(after.metadata.resourceVersion)).toBeGreaterThan(BigInt(before.metadata.resourceVersion));
    expect((await namespaces.get(name)).metadata.labels).toEqual({ ...before.metadata.labels, test: 'value' });
  });

  test('should apply an update to a Namespace [Serial]', async () => {
    const name = await rest.namespace('updated');
    await namespaces.change(name, ({ metadata }) => Object.assign(metadata.labels, { [name]: 'updated' }));
    expect(await namespaces.names({ labelSelector: `${name}=updated` })).toEqual([name]);
  });

  test('should apply changes to a namespace status [Serial]', async () => {
    const name = await rest.namespace('status');
    const subresource = 'status';
    expect((await namespaces.get(name, { subresource })).status).toEqual({ phase: 'Active' });
    const condition = (type: string) => ({ type, status: 'True', reason: 'Tested', message: 'Set by a behaviour' });
    const patch = { metadata: { annotations: { patched: name } }, status: { conditions: [condition('StatusPatch')] } };
    const patched = await namespaces.patch(name, 'merge', patch, { subresource });
    expect(patched).toMatchObject({ ...patch, status: { phase: 'Active', conditions: [condition('StatusPatch')] } });
    const updated = await namespaces.change(name, ({ status }) => status.conditions.push(condition('StatusUpdate')), {
      subresource,
    });
    expect(updated.status.conditions).toMatchObject([condition('StatusPatch'), condition('StatusUpdate')]);
    const meant = await namespaces.change(name, (object) =>
      Object.assign(object, { status: { phase: 'Terminating' } }),
    );
    expect(meant.status).toEqual(updated.status);
  });

  test('should apply a finalizer to a Namespace [Serial]', async () => {
    const name = await rest.namespace('finalized');
    const change = (finalizers: string[], subresource?: string) =>
      namespaces.change(name, ({ spec }) => Object.assign(spec, { finalizers }), subresource ? { subresource } : {});
    // `finalize` has no GET: what is changed is the namespace itself.
    const finalize = async (finalizers: string[]) => {
      const object = await namespaces.get(name);
      return namespaces.update({ ...object, spec: { finalizers } }, { subresource: 'finalize' });
    };
    const both = ['kubernetes', 'example.test/fake'];
    expect((await finalize(both)).spec.finalizers).toEqual(both);
    expect((await change(['kubernetes'])).spec.finalizers).toEqual(both);
    await namespaces.delete(name);
    const held = await waitFor(async () => {
      const { spec, status } = await namespaces.get(name);
      return spec.finalizers.length === 1 && { spec, status };
    });
    expect(held).toMatchObject({ spec: { finalizers: ['example.test/fake'] }, status: { phase: 'Terminating' } });
    await finalize([]);
    await gone(name);
  });

  test('OrderedNamespaceDeletion namespace deletion should delete pod first', async () => {
    const name = await rest.namespace('ordered', { serviceAccount: true });
    const pods = rest.of('v1', 'pods', name);
    const configMaps = rest.of('v1', 'configmaps', name);
    await pods.create(pod('held', { metadata: { finalizers: ['example.test/hold'] } }));
    await running(pods, 'held');
    await configMaps.create({ metadata: { name: 'later' }, data: { key: 'value' } });
    await namespaces.delete(name);
    const conditions: Body[] = await waitFor(async () => {
      const { status } = await namespaces.get(name);
      return (
        status.conditions?.some((each: Body) => each.type === 'NamespaceDeletionContentFailure') && status.conditions
      );
    });
    expect(conditions.map((each) => [each.type, each.status, each.reason])).toEqual([
      ['NamespaceDeletionDiscoveryFailure', 'False', 'ResourcesDiscovered'],
      ['NamespaceDeletionGroupVersionParsingFailure', 'False', 'ParsedGroupVersions'],
      ['NamespaceDeletionContentFailure', 'False', 'ContentDeleted'],
      ['NamespaceContentRemaining', 'True', 'SomeResourcesRemain'],
      ['NamespaceFinalizersRemaining', 'True', 'SomeFinalizersRemain'],
    ]);
    expect((await pods.get('held')).metadata.deletionTimestamp).toBeDefined();
    expect((await configMaps.get('later')).metadata).not.toHaveProperty('deletionTimestamp');
    await pods.patch('held', 'merge', { metadata: { finalizers: null } });
    await gone(name);
  });
});

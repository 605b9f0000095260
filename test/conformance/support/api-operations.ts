import { expect } from 'vitest';
import { waitFor } from '#testing/wait-for.ts';
import { type Collection, type PatchKind, Refused } from './collection.ts';
import type { Body } from './rest.ts';

export interface ApiOperationsOptions {
  readonly kind: string;
  readonly singular?: string;
  /** A valid object without its name. */
  readonly object: Body;
  /** A change of the specification as a merge patch, for kinds that have one that may change. */
  readonly specPatch?: Body;
  /** A status to set through the subresource, for kinds that have one. */
  readonly status?: Body;
  /** Whether a write of the status leaves labels and annotations as they are; by default it may change them. */
  readonly statusKeepsMetadata?: boolean;
  /** What objects of the kind have by nature, beside the example: names of the subresources in discovery. */
  readonly subresources?: readonly string[];
  /** Whether the server itself has said all it has to say of a new object; at once by default. */
  readonly settled?: (object: Body) => boolean;
}

const LABEL = 'behaviour';
const PATCH_KINDS: readonly PatchKind[] = ['merge', 'strategic', 'json', 'apply'];

/**
 * What every kind of the API can do, in the order a client that has never seen it would try: discovery, create, get, list,
 * watch, each type of patch, update, the status, delete, delete as a collection.
 */
export async function checkApiOperations(objects: Collection, options: ApiOperationsOptions): Promise<void> {
  const { rest, namespace } = objects;
  const label = rest.name(objects.plural);
  const names = [1, 2, 3].map((index) => `${label}-${index}`) as [string, string, string];
  const selector = { labelSelector: `${LABEL}=${label}` };
  await checkDiscovery(objects, options);

  const watch = await objects.watch(selector);
  const example = (name: string): Body => ({
    ...options.object,
    metadata: { ...options.object.metadata, name, labels: { ...options.object.metadata?.labels, [LABEL]: label } },
  });
  for (const name of names) {
    const created = await objects.create(example(name));
    expect(created).toMatchObject({
      apiVersion: objects.apiVersion,
      kind: options.kind,
      metadata: { name, uid: expect.stringMatching(/^[0-9a-f-]{36}$/), creationTimestamp: expect.any(String) },
    });
    expect(await watch.of('ADDED', name)).toEqual(created);
    await waitFor(async () => options.settled?.(await objects.get(name)) ?? true, { what: `${name} to settle` });
    const { metadata, spec } = await objects.get(name);
    expect([metadata.uid, spec]).toEqual([created.metadata.uid, created.spec]);
  }
  const [first, second] = names;
  await refuses(objects.create(example(first)), 409, 'AlreadyExists');
  await refuses(objects.get(`${label}-missing`), 404, 'NotFound');

  expect(await objects.names(selector)).toEqual(names);
  if (namespace) expect(await objects.everywhere.names(selector)).toEqual(names);
  expect(await objects.names({ fieldSelector: `metadata.name=${first}` })).toEqual([first]);

  await checkPatches(objects, first, options);
  expect(await watch.until('MODIFIED', (object) => object.metadata.annotations?.apply === 'yes')).toBeTruthy();
  await checkUpdate(objects, first, watch);
  if (options.specPatch) await checkSpec(objects, second, options.specPatch);
  if (options.status) await checkStatus(objects, second, options);

  await objects.delete(first);
  expect((await watch.of('DELETED', first)).metadata.annotations).toMatchObject({ updated: 'yes' });
  await refuses(objects.get(first), 404, 'NotFound');
  await refuses(objects.delete(first), 404, 'NotFound');
  expect(await objects.names(selector)).toEqual(names.slice(1));
  await objects.deleteCollection(selector);
  for (const name of names.slice(1)) await watch.of('DELETED', name);
  expect(await objects.names(selector)).toEqual([]);
  watch.close();
}

/** Finds the kind from the root on. */
export async function checkDiscovery(
  { rest, apiVersion, plural, namespace, versionPath }: Collection,
  {
    kind,
    status,
    subresources = status ? ['status'] : [],
  }: Pick<ApiOperationsOptions, 'kind' | 'status' | 'subresources'>,
): Promise<void> {
  const [group, version] = apiVersion.includes('/') ? (apiVersion.split('/') as [string, string]) : ['', apiVersion];
  if (group) {
    const served = expect.arrayContaining([{ groupVersion: apiVersion, version }]);
    const { groups } = await rest.get('/apis');
    expect(groups).toContainEqual(expect.objectContaining({ name: group, versions: served }));
    expect(await rest.get(`/apis/${group}`)).toMatchObject({ kind: 'APIGroup', name: group, versions: served });
  } else {
    expect((await rest.get('/api')).versions).toContain(version);
  }
  const { groupVersion, resources } = await rest.get(versionPath);
  expect(groupVersion).toBe(apiVersion);
  const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
  expect(resources).toContainEqual(
    expect.objectContaining({ name: plural, kind, namespaced: namespace !== undefined, verbs }),
  );
  for (const name of subresources) {
    expect(resources).toContainEqual(expect.objectContaining({ name: `${plural}/${name}` }));
  }
}

/** Leaves an annotation with each type of patch, changing nothing else. */
async function checkPatches(objects: Collection, name: string, { kind }: ApiOperationsOptions): Promise<void> {
  let before = await objects.get(name);
  if (!before.metadata.annotations) before = await objects.patch(name, 'merge', annotations('first'));
  for (const type of PATCH_KINDS) {
    const apply = { apiVersion: objects.apiVersion, kind, metadata: { name, annotations: { apply: 'yes' } } };
    const json = [{ op: 'add', path: '/metadata/annotations/json', value: 'yes' }];
    const after = await objects.patch(
      name,
      type,
      type === 'json' ? json : type === 'apply' ? apply : annotations(type),
    );
    expect(after).toEqual({
      ...before,
      metadata: {
        ...before.metadata,
        annotations: { ...before.metadata.annotations, [type]: 'yes' },
        resourceVersion: expect.not.stringMatching(`^${before.metadata.resourceVersion}$`),
        managedFields: expect.any(Array),
      },
    });
    before = after;
  }
}

/** Changes an annotation by a whole update, refused from an old version of the object. */
async function checkUpdate(objects: Collection, name: string, watch: { until: Body }): Promise<void> {
  const before = await objects.get(name);
  const changed = {
    ...before,
    metadata: { ...before.metadata, annotations: { ...before.metadata.annotations, updated: 'yes' } },
  };
  const after = await objects.update(changed);
  expect(after.metadata).toMatchObject({ uid: before.metadata.uid, annotations: changed.metadata.annotations });
  expect(after.metadata.generation).toBe(before.metadata.generation);
  expect(await watch.until('MODIFIED', (object: Body) => object.metadata.annotations?.updated === 'yes')).toEqual(
    after,
  );
  const stale = { ...changed, metadata: { ...changed.metadata, annotations: { updated: 'no' } } };
  await refuses(objects.update(stale), 409, 'Conflict');
}

async function checkSpec(objects: Collection, name: string, patch: Body): Promise<void> {
  const before = await objects.get(name);
  const after = await objects.patch(name, 'merge', patch);
  expect(after).toMatchObject(patch);
  if (before.metadata.generation !== undefined) expect(after.metadata.generation).toBe(before.metadata.generation + 1);
}

/** Sets the status by patch and by update, which change nothing else, and which nothing else changes. */
async function checkStatus(objects: Collection, name: string, options: ApiOperationsOptions): Promise<void> {
  const { status, statusKeepsMetadata } = options;
  const subresource = 'status';
  const { spec, metadata } = await objects.get(name);
  const noted = (...notes: string[]) =>
    statusKeepsMetadata
      ? metadata.annotations
      : { ...metadata.annotations, ...Object.fromEntries(notes.map((note) => [note, 'yes'])) };
  const patched = await objects.patch(name, 'merge', { ...annotations('patched'), status }, { subresource });
  expect(patched).toMatchObject({ spec, status });
  expect(patched.metadata.annotations).toEqual(noted('patched'));
  const read = await objects.get(name, { subresource });
  expect(read).toEqual(patched);
  const changed = { ...read.metadata, annotations: { ...read.metadata.annotations, updated: 'yes' } };
  const updated = await objects.update({ ...read, metadata: changed, spec: undefined }, { subresource });
  expect(updated).toMatchObject({ spec, status });
  expect(updated.metadata.annotations).toEqual(noted('patched', 'updated'));
  const without = await objects.update({ ...updated, status: undefined });
  expect(without.status).toEqual(updated.status);
}

const annotations = (name: string) => ({ metadata: { annotations: { [name]: 'yes' } } });

/** Expects a call to be refused with this code and reason. */
export async function refuses(call: Promise<unknown>, code: number, reason: string): Promise<Body> {
  const error = await call.then(
    (body) => expect.unreachable(`should have been refused: ${JSON.stringify(body)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Refused)) throw error;
  expect({ code: error.code, reason: error.reason }).toEqual({ code, reason });
  expect(error.status).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason });
  return error.status;
}

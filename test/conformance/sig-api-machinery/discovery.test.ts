import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Body, Rest } from '../support/rest.ts';

let rest: Rest;
beforeAll(async () => {
  rest = await Rest.start({ controllers: false, scheduler: false });
});
afterAll(() => rest?.stop());

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** A resource that each group version is known by. */
const KNOWN: readonly (readonly [groupVersion: string, resource: string])[] = [
  ['v1', 'namespaces'],
  ['admissionregistration.k8s.io/v1', 'validatingwebhookconfigurations'],
  ['apiextensions.k8s.io/v1', 'customresourcedefinitions'],
  ['apiregistration.k8s.io/v1', 'apiservices'],
  ['apps/v1', 'deployments'],
  ['authentication.k8s.io/v1', 'tokenreviews'],
  ['authorization.k8s.io/v1', 'selfsubjectaccessreviews'],
  ['autoscaling/v1', 'horizontalpodautoscalers'],
  ['autoscaling/v2', 'horizontalpodautoscalers'],
  ['batch/v1', 'jobs'],
  ['certificates.k8s.io/v1', 'certificatesigningrequests'],
  ['coordination.k8s.io/v1', 'leases'],
  ['discovery.k8s.io/v1', 'endpointslices'],
  ['events.k8s.io/v1', 'events'],
  ['flowcontrol.apiserver.k8s.io/v1', 'flowschemas'],
  ['networking.k8s.io/v1', 'ingresses'],
  ['node.k8s.io/v1', 'runtimeclasses'],
  ['policy/v1', 'poddisruptionbudgets'],
  ['rbac.authorization.k8s.io/v1', 'roles'],
  ['resource.k8s.io/v1', 'resourceclaims'],
  ['scheduling.k8s.io/v1', 'priorityclasses'],
  ['storage.k8s.io/v1', 'csinodes'],
];

const splitGroupVersion = (groupVersion: string): [group: string, version: string] =>
  groupVersion.includes('/') ? (groupVersion.split('/') as [string, string]) : ['', groupVersion];

/** `group/version resource`, one for every resource that an aggregated document names. */
const resourcesOf = (document: Body): Set<string> =>
  new Set(
    document.items.flatMap(({ metadata, versions }: Body) =>
      versions.flatMap(({ version, resources }: Body) =>
        resources.map(({ resource }: Body) => `${metadata.name ? `${metadata.name}/` : ''}${version} ${resource}`),
      ),
    ),
  );

const aggregated = async (path: string, accept = AGGREGATED) => {
  const { code, headers, body } = await rest.call('GET', path, { headers: { accept } });
  expect(code).toBe(200);
  return { headers, body };
};

describe('[sig-api-machinery] AggregatedDiscovery', () => {
  test('should support raw aggregated discovery endpoint Accept headers', async () => {
    for (const path of ['/api', '/apis']) {
      const { headers, body } = await aggregated(path);
      expect(headers['content-type']).toBe(AGGREGATED);
      expect(headers['etag']).toMatch(/^"[0-9A-F]+"$/);
      expect(body).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2' });
      const found = resourcesOf(body);
      for (const [groupVersion, resource] of KNOWN) {
        const here = groupVersion.includes('/') === (path === '/apis');
        expect([groupVersion, found.has(`${groupVersion} ${resource}`)]).toEqual([groupVersion, here]);
      }
      const unchanged = { accept: AGGREGATED, 'if-none-match': String(headers['etag']) };
      expect(await rest.call('GET', path, { headers: unchanged })).toMatchObject({ code: 304, body: '' });
    }
  });

  test('should support aggregated discovery interface', async () => {
    // What clients ask with: the aggregated form in two versions, and the plain one where neither is known.
    const accept = [AGGREGATED, AGGREGATED.replace('v=v2', 'v=v2beta1'), 'application/json'].join(',');
    const [core, groups] = await Promise.all(['/api', '/apis'].map((path) => aggregated(path, accept)));
    const found = new Set([...resourcesOf(core!.body), ...resourcesOf(groups!.body)]);
    for (const [groupVersion, resource] of KNOWN) expect(found).toContain(`${groupVersion} ${resource}`);
    // Both forms say the same of every resource.
    for (const { metadata, versions } of [...core!.body.items, ...groups!.body.items]) {
      for (const { version, freshness, resources } of versions) {
        expect(freshness).toBe('Current');
        const plain = await rest.get(metadata.name ? `/apis/${metadata.name}/${version}` : `/api/${version}`);
        const inPlain = plain.resources.map((each: Body) => each.name);
        const inAggregated = resources.flatMap(({ resource, subresources = [] }: Body) => [
          resource,
          ...subresources.map((each: Body) => `${resource}/${each.subresource}`),
        ]);
        expect([...inAggregated].sort()).toEqual([...inPlain].sort());
      }
    }
  });
});

describe('[sig-api-machinery] Discovery', () => {
  test('should validate PreferredVersion for each APIGroup', async () => {
    const { groups } = await rest.get('/apis/');
    expect(groups.length).toBeGreaterThan(15);
    for (const { name, versions, preferredVersion } of groups) {
      const group = await rest.get(`/apis/${name}/`);
      expect(group).toMatchObject({ kind: 'APIGroup', apiVersion: 'v1', name, versions, preferredVersion });
      expect(group.versions).toContainEqual(group.preferredVersion);
    }
  });

  test('should locate the groupVersion and a resource within each APIGroup', async () => {
    for (const [groupVersion, resource] of KNOWN) {
      const [group, version] = splitGroupVersion(groupVersion);
      const list = await rest.get(group ? `/apis/${group}/${version}` : `/api/${version}`);
      expect(list).toMatchObject({ kind: 'APIResourceList', groupVersion });
      expect(list.resources.map((each: Body) => each.name)).toContain(resource);
    }
  });
});

describe('[sig-api-machinery] server version', () => {
  test('should find the server version', async () => {
    const version = await rest.get('/version');
    expect(version).toMatchObject({ major: '1', minor: '36', gitVersion: expect.stringMatching(/^v1\.36\.\d+/) });
    expect(Object.keys(version)).toEqual(
      expect.arrayContaining(['gitCommit', 'gitTreeState', 'buildDate', 'platform']),
    );
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { Client } from '#client/client.ts';
import { HttpTransport } from '#client/http-transport.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import type { Endpoint } from '#testing/endpoint.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
let endpoint: Endpoint;
let call: ReturnType<typeof createCall>;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  endpoint = await cluster.listen();
  call = createCall(endpoint);
});
afterAll(() => cluster.stop());

const MAPS = '/api/v1/namespaces/default/configmaps';
const scrape = async (path = '/metrics') => (await call(path)).bytes.toString();

/** The value of one series, by its name and labels as they are written. */
async function value(series: string): Promise<number | undefined> {
  const line = (await scrape()).split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

describe('/metrics', () => {
  test('is for those who may', async () => {
    expect((await call('/metrics', { identity: null })).code).toBeGreaterThanOrEqual(401);
    const { code, headers } = await call('/metrics');
    expect([code, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  });

  test('counts requests by what they asked for', async () => {
    await call(MAPS);
    await call(`${MAPS}/none`);
    const labels = (verb: string, scope: string) =>
      `verb="${verb}",dry_run="",group="",version="v1",resource="configmaps",subresource="",scope="${scope}",component="apiserver"`;
    expect(await value(`apiserver_request_total{${labels('LIST', 'namespace')},code="200"}`)).toBe(1);
    expect(await value(`apiserver_request_total{${labels('GET', 'resource')},code="404"}`)).toBe(1);
    expect(await value(`apiserver_request_duration_seconds_count{${labels('LIST', 'namespace')}}`)).toBe(1);
    const sizes = labels('LIST', 'namespace').replace('dry_run="",', '');
    expect(await value(`apiserver_response_sizes_bucket{${sizes},le="1000"}`)).toBe(1);
  });

  test('counts who acts as others, and what is asked about that', async () => {
    await call(MAPS, { headers: { 'impersonate-user': 'jane' } });
    const labels = 'mode="user-info",decision="allowed"';
    expect(await value(`apiserver_impersonation_attempts_total{${labels}}`)).toBe(1);
    expect(await value(`apiserver_impersonation_attempts_duration_seconds_count{${labels}}`)).toBe(1);
    expect(await value(`apiserver_impersonation_authorization_attempts_total{${labels}}`)).toBe(2);
  });

  test('counts what runs, and the watches with their events', async () => {
    const transport = new HttpTransport(endpoint.admin);
    const client = new Client(transport);
    const stop = new AbortController();
    const events: string[] = [];
    const watching = client
      .of(ConfigMaps)
      .watch({ namespace: 'default' }, (some) => void events.push(...some.map(({ type }) => type)), stop.signal);
    const about = 'group="",version="v1",resource="configmaps",subresource="",scope="namespace",component="apiserver"';
    await waitFor(async () => (await value(`apiserver_longrunning_requests{verb="WATCH",${about}}`)) === 1);
    await cluster.client.of(ConfigMaps).create({ metadata: { name: 'seen', namespace: 'default' } });
    await waitFor(() => events.length === 1);
    expect(await value('apiserver_watch_events_total{group="",version="v1",resource="configmaps"}')).toBe(1);
    const size = 'apiserver_watch_events_sizes_bucket{group="",version="v1",resource="configmaps",le="1024"}';
    expect(await value(size)).toBe(1);
    expect(
      await value('apiserver_storage_events_received_total{group="",resource="configmaps"}'),
    ).toBeGreaterThanOrEqual(1);
    stop.abort();
    await watching;
    await transport.close();
    await waitFor(async () => (await value(`apiserver_longrunning_requests{verb="WATCH",${about}}`)) === 0);
    expect(await value('apiserver_current_inflight_requests{request_kind="readOnly"}')).toBe(1);
  });

  test('tells how long it takes until a watcher knows what is there', async () => {
    const transport = new HttpTransport(endpoint.admin);
    const stop = new AbortController();
    const options = {
      sendInitialEvents: true,
      allowWatchBookmarks: true,
      resourceVersionMatch: 'NotOlderThan',
    } as const;
    const events: string[] = [];
    const watching = new Client(transport)
      .of(ConfigMaps)
      .watch(options as never, (some) => void events.push(...some.map(({ type }) => type)), stop.signal);
    await waitFor(() => events.includes('BOOKMARK'));
    const about = 'group="",version="v1",resource="configmaps",scope="cluster"';
    expect(await value(`apiserver_watch_list_duration_seconds_count{${about}}`)).toBe(1);
    stop.abort();
    await watching;
    await transport.close();
  });

  test('tells objects, seats, attempts and the version', async () => {
    expect(await value('apiserver_storage_objects{resource="namespaces"}')).toBe(4);
    expect(await value('apiserver_resource_size_estimate_bytes{group="",resource="namespaces"}')).toBeGreaterThan(400);
    expect(await value('apiserver_flowcontrol_nominal_limit_seats{priority_level="system"}')).toBe(74);
    const served = await value(
      'apiserver_flowcontrol_dispatched_requests_total{priority_level="exempt",flow_schema="exempt"}',
    );
    expect(served).toBeGreaterThan(0);
    expect(await value('authentication_attempts{result="success"}')).toBeGreaterThan(0);
    expect(await value('authorization_attempts_total{result="allowed"}')).toBeGreaterThan(0);
    expect(await value('authorization_duration_seconds_count{result="allowed"}')).toBeGreaterThan(0);
    expect(await value('authenticated_user_requests{username="other"}')).toBeGreaterThan(0);
    expect(await value('apiserver_client_certificate_expiration_seconds_count')).toBeGreaterThan(0);
    const text = await scrape();
    expect(text).toMatch(/^kubernetes_build_info\{major="1",minor="36",/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
  });

  test('tells what of each schema runs, what is deprecated and what the store takes', async () => {
    await call('/api/v1/namespaces/default/endpoints');
    const present = 'apiserver_flowcontrol_current_executing_requests{priority_level="exempt",flow_schema="exempt"}';
    expect(await value(present)).toBe(1);
    expect(await value(present.replace('requests', 'seats'))).toBe(1);
    expect(await value(present.replace('executing', 'inqueue'))).toBe(0);
    const about = 'group="",version="v1",resource="endpoints",subresource="",removed_release=""';
    expect(await value(`apiserver_requested_deprecated_apis{${about}}`)).toBe(1);
    expect(await value('apiserver_storage_size_bytes{storage_cluster_id="etcd-0"}')).toBe(0);
  });

  test('tells what the store and its caches are asked, and which features are on', async () => {
    await call('/api/v1/namespaces/default/secrets?resourceVersion=1');
    await call('/api/v1/namespaces/default/secrets?labelSelector=a');
    await call('/api/v1/pods?fieldSelector=spec.nodeName%3Dn');
    const secret = {
      headers: { 'content-type': 'application/json' },
      body: '{"metadata":{"name":"s"},"data":{"a":""}}',
    };
    const path = '/api/v1/namespaces/default/secrets';
    await call(path, { method: 'POST', ...secret });
    await call(`${path}/s`, { method: 'PUT', ...secret, body: '{"metadata":{"name":"s"}}' });
    await call(`${path}/s`, { method: 'DELETE' });
    const text = await scrape();
    const about = 'group="",resource="secrets"';
    for (const operation of ['list', 'create', 'update', 'delete'])
      expect(text).toContain(`etcd_request_duration_seconds_count{operation="${operation}",${about}} 1\n`);
    expect(text).toContain(`etcd_requests_total{operation="create",${about}} 1\n`);
    expect(text).not.toContain('etcd_request_errors_total{');
    expect(text).toContain(`apiserver_cache_list_total{${about},index=""} 2\n`);
    expect(text).toContain('apiserver_cache_list_total{group="",resource="pods",index="f:spec.nodeName"} 1\n');
    expect(text).toContain(`apiserver_watch_cache_consistent_read_total{${about},success="true",fallback="false"} 1\n`);
    expect(text).toContain(`apiserver_watch_cache_read_wait_seconds_count{${about}} 1\n`);
    expect(text).toContain(`apiserver_watch_cache_initializations_total{${about}} 1\n`);
    expect(text).toContain(`apiserver_watch_cache_events_received_total{${about}} 3\n`);
    expect(text).toMatch(/apiserver_watch_cache_resource_version\{group="",resource="secrets"\} \d{2,}\n/);
    expect(text).toContain(`watch_cache_capacity{${about}} 10000\n`);
    expect(text).toContain('kubernetes_feature_enabled{name="ClusterTrustBundle",stage="BETA"} 0\n');
    expect(text).toContain('kubernetes_feature_enabled{name="SidecarContainers",stage=""} 1\n');
    expect(text).toContain('kubernetes_feature_enabled{name="WatchList",stage="BETA"} 1\n');
  });

  test('measures admission plugins', async () => {
    const name = 'apiserver_admission_controller_admission_duration_seconds_count';
    const of = (rejected: boolean) =>
      value(`${name}{name="NamespaceLifecycle",operation="CREATE",rejected="${rejected}",type="admit"}`);
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"metadata":{"name":"m"}}' };
    const before = [(await of(false)) ?? 0, (await of(true)) ?? 0];
    await call(MAPS, post);
    await call(MAPS.replace('default', 'nowhere'), post);
    expect([await of(false), await of(true)]).toEqual(before.map((count) => count + 1));
    const step = 'apiserver_admission_step_admission_duration_seconds_count';
    expect(await value(`${step}{operation="CREATE",rejected="true",type="admit"}`)).toBeGreaterThanOrEqual(1);
    expect(await value(`${step}{operation="CREATE",rejected="false",type="validate"}`)).toBeGreaterThanOrEqual(1);
  });

  test('what clients make up adds no series of its own', async () => {
    const madeUp = [
      '/nothing/1',
      '/favicon.ico',
      '/apis/x1/v1/x',
      '/api/v1/pods/a/x2',
      `${MAPS}?dryRun=x3`,
      '/apis/x4',
    ];
    for (const path of madeUp) await call(path);
    const lines = (await scrape()).split('\n').filter((line) => line.startsWith('apiserver_request_total{verb="'));
    expect(lines.filter((line) => /x\d|nothing|favicon/.test(line))).toEqual([]);
  });
});

test('/metrics/slis tells each health check', async () => {
  await scrape('/metrics/slis');
  const lines = (await scrape('/metrics/slis')).split('\n');
  expect(lines).toContain('kubernetes_healthchecks_total{name="ping",type="healthz",status="success"} 2');
  expect(lines).toContain('kubernetes_healthcheck{name="etcd",type="livez"} 1');
  expect(lines).toContain('kubernetes_healthcheck{name="shutdown",type="readyz"} 1');
});

test('profiles and log files are not served', async () => {
  const codes = await Promise.all(['/debug/pprof/', '/logs', '/logs/'].map(async (path) => (await call(path)).code));
  expect(codes).toEqual([404, 404, 404]);
});

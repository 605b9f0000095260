import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import type { Service } from '#api/core/v1/service.ts';
import type { EndpointSlice } from '#api/discovery/v1/endpoint-slice.ts';
import { buildRuleset } from './nftables-ruleset.ts';
import { type ServicePort, servicePorts } from './service-port.ts';

const service = (name: string, spec: object): Service =>
  ({ metadata: { name, namespace: 'default' }, spec }) as Service;
const slice = (name: string, endpoints: object[], ports: object[]): EndpointSlice =>
  ({
    metadata: { name: `${name}-1`, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints,
    ports,
  }) as EndpointSlice;

describe('service ports', () => {
  test('come from services and their ready endpoints', () => {
    const web = service('web', {
      clusterIP: '10.96.0.7',
      type: 'NodePort',
      ports: [{ name: 'http', port: 80, protocol: 'TCP', nodePort: 30080 }],
    });
    const endpoints = [
      { addresses: ['10.244.0.3'], conditions: { ready: true } },
      { addresses: ['10.244.0.2'], conditions: { ready: true } },
      { addresses: ['10.244.0.4'], conditions: { ready: false, serving: true } },
    ];
    expect(servicePorts([web], [slice('web', endpoints, [{ name: 'http', port: 8080 }])])).toEqual([
      {
        name: 'default/web:http',
        protocol: 'tcp',
        port: 80,
        addresses: ['10.96.0.7'],
        nodePort: 30080,
        endpoints: [
          { ip: '10.244.0.2', port: 8080 },
          { ip: '10.244.0.3', port: 8080 },
        ],
        affinitySeconds: 0,
      },
    ]);
  });

  test('leave out headless and external services', () => {
    const headless = service('headless', { clusterIP: 'None', ports: [{ port: 80 }] });
    const external = service('external', { type: 'ExternalName', externalName: 'x.example', ports: [{ port: 80 }] });
    expect(servicePorts([headless, external], [])).toEqual([]);
  });

  test('use endpoints that still serve while there are no ready ones', () => {
    const web = service('web', { clusterIP: '10.96.0.7', ports: [{ port: 80 }] });
    const dying = [{ addresses: ['10.244.0.4'], conditions: { ready: false, serving: true, terminating: true } }];
    expect(servicePorts([web], [slice('web', dying, [{ port: 8080 }])])[0]?.endpoints).toEqual([
      { ip: '10.244.0.4', port: 8080 },
    ]);
  });
});

const canUseNamespaces = process.getuid?.() === 0 && works('nft', ['--version']) && works('ip', ['-V']);

function works(program: string, args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!canUseNamespaces)('the ruleset in a kernel (needs root, nft and ip)', () => {
  const namespace = `knarr-proxy-test-${process.pid}`;
  const inside = (program: string, args: string[], input = '') =>
    execFileSync('nsenter', [`--net=/run/netns/${namespace}`, program, ...args], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  let server: ReturnType<typeof spawn> | undefined;

  afterEach(() => {
    server?.kill('SIGKILL');
    server = undefined;
    execFileSync('ip', ['netns', 'delete', namespace]);
  });

  const port = (partial: Partial<ServicePort>): ServicePort => ({
    name: 'default/web:http',
    protocol: 'tcp',
    port: 80,
    addresses: ['10.96.0.7'],
    nodePort: 30080,
    endpoints: [],
    affinitySeconds: 0,
    ...partial,
  });

  const reach = (host: string, number: number) => {
    const code = `fetch('http://${host}:${number}').then(r=>r.text()).then(t=>console.log(t),e=>console.log(e.cause?.code))`;
    return inside('node', ['-e', code]).trim();
  };

  test('a cluster address and a node port reach the endpoint, one without endpoints is refused', async () => {
    execFileSync('ip', ['netns', 'add', namespace]);
    inside('ip', ['-batch', '-'], 'link set lo up\naddr add 10.244.0.2/32 dev lo\nroute add default dev lo\n');
    inside('sh', ['-c', 'echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet']);
    const code =
      "require('http').createServer((q,r)=>r.end('hello from the pod')).listen(8080,'10.244.0.2',()=>console.log('up'))";
    server = spawn('nsenter', [`--net=/run/netns/${namespace}`, 'node', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(server.stdout as NodeJS.ReadableStream, 'data');
    const options = { table: 'knarr-test', podCidr: '10.244.0.0/16' };
    const endpoints = [{ ip: '10.244.0.2', port: 8080 }];
    const rules = buildRuleset(
      [port({ endpoints, affinitySeconds: 60 }), port({ name: 'default/empty:', port: 81, nodePort: 0 })],
      options,
    );
    inside('nft', ['-f', '-'], rules);
    // Applying it again replaces it.
    inside('nft', ['-f', '-'], rules);
    expect([reach('10.96.0.7', 80), reach('127.0.0.1', 30080), reach('10.96.0.7', 81)]).toEqual([
      'hello from the pod',
      'hello from the pod',
      'ECONNREFUSED',
    ]);
    inside('nft', ['-f', '-'], buildRuleset([], options));
    expect(inside('nft', ['list', 'ruleset'])).not.toContain('10.96.0.7');
  });
});

import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { StatusError } from '#machinery/errors/status-error.ts';
import type { ResourceTarget } from '../request.ts';
import type { NodeEndpoint, ObjectSource } from './node-connection.ts';
import { locate, splitProxyId } from './proxy-location.ts';

describe('a proxy id', () => {
  test.each([
    ['web', { scheme: '', name: 'web', port: '' }],
    ['web:80', { scheme: '', name: 'web', port: '80' }],
    ['web:http', { scheme: '', name: 'web', port: 'http' }],
    ['https:web:443', { scheme: 'https', name: 'web', port: '443' }],
    ['https:web:', { scheme: 'https', name: 'web', port: '' }],
    [':web:80', { scheme: '', name: 'web', port: '80' }],
    ['ftp:web:21', undefined],
    ['a:b:c:d', undefined],
    [':80', undefined],
    ['', undefined],
  ])('%s', (id, expected) => expect(splitProxyId(id)).toEqual(expected));
});

const pods: Record<string, object> = {
  web: {
    spec: { containers: [{ name: 'a' }, { name: 'b', ports: [{ containerPort: 8080 }] }] },
    status: { podIP: '10.1.0.5' },
  },
  bare: { spec: { containers: [{ name: 'a' }] }, status: { podIP: '10.1.0.6' } },
  own: { spec: { containers: [] }, status: { podIP: '127.0.0.1' } },
  mapped: { spec: { containers: [] }, status: { podIP: '::ffff:127.0.0.1' } },
  six: { spec: { containers: [] }, status: { podIP: 'fd00::6' } },
  local: { spec: { containers: [] }, status: { podIP: 'febf::1' } },
  back: {
    spec: { containers: [] },
    status: { podIP: '10.1.0.7', podIPs: [{ ip: '10.1.0.7' }] },
  },
  idle: { spec: { nodeName: 'idle', containers: [] }, status: { podIP: '10.1.0.9', podIPs: [{ ip: '10.1.0.9' }] } },
  pending: { spec: { containers: [] } },
};
const slice = {
  ports: [
    { name: 'http', port: 8080 },
    { name: 'admin', port: 9090 },
  ],
  endpoints: [
    { addresses: ['10.1.0.5'], conditions: { ready: false } },
    { addresses: ['10.1.0.6'], conditions: { ready: true } },
    { addresses: ['10.1.0.7'], targetRef: { kind: 'Pod', name: 'back', namespace: 'default' } },
    { addresses: ['10.1.0.8'] },
    { addresses: ['10.1.0.9'], targetRef: { kind: 'Pod', name: 'back', namespace: 'default' } },
    { addresses: ['10.1.0.7'], targetRef: { kind: 'Pod', name: 'back', namespace: 'other' } },
  ],
};
const idle = {
  ports: [{ name: 'http', port: 8080 }],
  endpoints: [{ addresses: ['10.1.0.9'], targetRef: { kind: 'Pod', name: 'idle', namespace: 'default' } }],
};
const nodeAt = (type: string, address: string): KubernetesObject =>
  ({
    status: { addresses: [{ type, address }], daemonEndpoints: { kubeletEndpoint: { Port: 10250 } } },
  }) as KubernetesObject;
const nodes: Record<string, KubernetesObject> = {
  n1: nodeAt('InternalIP', '10.0.0.1'),
  local: nodeAt('InternalIP', '127.0.0.1'),
  short: nodeAt('InternalIP', '127.1'),
  named: nodeAt('Hostname', 'named.example'),
  rebound: nodeAt('Hostname', 'rebound.example'),
  nowhere: nodeAt('Hostname', 'nowhere.example'),
  empty: nodeAt('Hostname', 'empty.example'),
};
const HOSTS: Record<string, readonly string[]> = {
  '127.1': ['127.0.0.1'],
  'named.example': ['10.0.0.2'],
  'rebound.example': ['10.0.0.2', '127.0.0.1'],
  'empty.example': [],
};
const resolve = async (host: string) => HOSTS[host] ?? Promise.reject(new Error('ENOTFOUND'));
const isOwn = (node: string, { host, port }: NodeEndpoint) => node === 'local' && host === '127.0.0.1' && port === 9100;
/** Pods there run nothing, and anybody may be at their addresses. */
const localNodes = () => ({ has: (node: string) => node === 'idle' });
const source: ObjectSource = {
  pod: (_namespace, name) => pods[name] as KubernetesObject | undefined,
  node: (name) => nodes[name],
  service: (_namespace, name) =>
    ['web', 'empty', 'idle'].includes(name)
      ? ({
          spec: {
            ports: [
              { name: 'http', port: 80 },
              { name: 'admin', port: 81 },
            ],
          },
        } as KubernetesObject)
      : undefined,
  endpointSlices: (_namespace, service) =>
    ({ web: [slice], idle: [idle] })[service]?.map((each) => each as unknown as KubernetesObject) ?? [],
};

/** Where a request goes, as text, or what it is refused with. */
async function where(resource: string, name: string): Promise<string> {
  const target = { resource, name, namespace: 'default', subresource: 'proxy' } as ResourceTarget;
  try {
    const options = { source, choose: (count: number) => count - 1, resolve, isOwn, localNodes };
    const { scheme, host, port, address = host, isNodeAgent } = await locate(target, options);
    return `${scheme}://${host}:${port}${isNodeAgent ? ' agent' : ''}${address === host ? '' : ` at ${address}`}`;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return `${error.status.code} ${error.status.message}`;
  }
}

describe('a proxied request goes', () => {
  test.each([
    ['pods', 'web', 'http://10.1.0.5:8080'],
    ['pods', 'web:81', 'http://10.1.0.5:81'],
    ['pods', 'https:web:81', 'https://10.1.0.5:81'],
    ['pods', 'bare', 'http://10.1.0.6:80'],
    ['pods', 'https:bare:', 'https://10.1.0.6:443'],
    ['pods', 'web:0', '400 invalid port "0"'],
    ['pods', 'gone', '404 pods "gone" not found'],
    ['pods', 'pending', '400 address not allowed'],
    ['pods', 'own', '400 address not allowed'],
    ['pods', 'mapped', '400 address not allowed'],
    ['pods', 'local', '400 address not allowed'],
    ['pods', 'six', 'http://fd00::6:80'],
    ['pods', 'a:b:c:d', '400 invalid pod request "a:b:c:d"'],
    ['services', 'web:http', 'http://10.1.0.7:8080'],
    ['services', 'web:81', 'http://10.1.0.7:9090'],
    ['services', 'https:web:admin', 'https://10.1.0.7:9090'],
    ['services', 'web:82', '503 no service port 82 found for service "web"'],
    ['services', 'web', '503 no endpoints available for service "web"'],
    ['services', 'empty:http', '503 no endpoints available for service "empty"'],
    ['services', 'gone', '404 services "gone" not found'],
    ['pods', 'idle', '400 pod idle is simulated: its containers run nothing'],
    ['services', 'idle:http', '400 pod idle is simulated: its containers run nothing'],
    ['nodes', 'idle', '400 node idle is simulated: it has no API of its own'],
    ['nodes', 'n1', 'https://10.0.0.1:10250 agent'],
    ['nodes', 'https:n1:10250', 'https://10.0.0.1:10250 agent'],
    ['nodes', 'n1:9100', 'http://10.0.0.1:9100'],
    ['nodes', 'n2', '404 nodes "n2" not found'],
    ['nodes', 'local', '400 address not allowed'],
    ['nodes', 'local:10250', '400 address not allowed'],
    ['nodes', 'local:9100', 'http://127.0.0.1:9100'],
    ['nodes', 'short', '400 address not allowed'],
    ['nodes', 'named', 'https://named.example:10250 agent at 10.0.0.2'],
    ['nodes', 'rebound', '400 address not allowed'],
    ['nodes', 'nowhere', '400 lookup nowhere.example: no such host'],
    ['nodes', 'empty', '400 no addresses for hostname'],
  ])('%s/%s to %s', async (resource, name, expected) => expect(await where(resource, name)).toBe(expected));
});

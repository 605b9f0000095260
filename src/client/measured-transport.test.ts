import { expect, test } from 'vitest';
import { MetricRegistry } from '#base/metrics/metric-registry.ts';
import { newNotFound } from '#machinery/errors/status-error.ts';
import { MeasuredTransport } from './measured-transport.ts';
import type { ClientRequest, Transport } from './transport.ts';

const pods = { group: '', version: 'v1', resource: 'pods' };
const inner: Transport = {
  async request({ name }) {
    if (name === 'gone') throw newNotFound(pods, name);
    if (name === 'silent') throw new Error('connection refused');
    return {};
  },
  watch: async () => {},
  close: async () => {},
};

test('calls are counted by what was asked and answered', async () => {
  const metrics = new MetricRegistry();
  const transport = new MeasuredTransport(inner, { metrics, host: 'here:6443' });
  const ask = (verb: ClientRequest['verb'], name = '') => transport.request({ ...pods, verb, name }).catch(() => {});
  await ask('create');
  await ask('list');
  await ask('get', 'gone');
  await ask('deletecollection', 'silent');
  await transport.watch({ ...pods, verb: 'watch' }, () => {}, new AbortController().signal);
  const lines = metrics.render().split('\n');
  expect(lines.filter((line) => line.startsWith('rest_client')).sort()).toEqual([
    'rest_client_requests_total{code="200",host="here:6443",method="GET"} 2',
    'rest_client_requests_total{code="201",host="here:6443",method="POST"} 1',
    'rest_client_requests_total{code="404",host="here:6443",method="GET"} 1',
    'rest_client_requests_total{code="<error>",host="here:6443",method="DELETE"} 1',
  ]);
});

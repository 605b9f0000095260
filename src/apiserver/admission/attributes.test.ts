import { expect, test } from 'vitest';
import { Deployments } from '#api/apps/v1/deployment.ts';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { Query } from '../request.ts';
import { type Admitted, admissionAttributes } from './attributes.ts';

const of = (query: string, admitted: Admitted, subresource = '') =>
  admissionAttributes(
    subresource === '' ? ConfigMaps : Deployments,
    {
      target: {
        verb: 'patch',
        group: '',
        version: 'v1',
        resource: 'x',
        namespace: '',
        name: '',
        subresource,
        subpath: '',
      },
      user: { name: 'jane', groups: [] },
      query: Query.from(new URLSearchParams(query)),
      warnings: [],
    },
    admitted,
  );

test.each<[string, string, Admitted, object | undefined]>([
  ['a create', 'fieldManager=me', { operation: 'CREATE' }, { kind: 'CreateOptions', fieldManager: 'me' }],
  [
    'a dry run of a patch',
    'dryRun=All&fieldValidation=Strict&force=true',
    { operation: 'UPDATE', dryRun: true },
    { kind: 'UpdateOptions', fieldValidation: 'Strict', dryRun: ['All'] },
  ],
  [
    'a removal',
    '',
    {
      operation: 'DELETE',
      deleteOptions: { propagationPolicy: 'Foreground', gracePeriodSeconds: undefined, dryRun: [] },
    },
    { kind: 'DeleteOptions', propagationPolicy: 'Foreground' },
  ],
])('the options of %s', (_name, query, admitted, options) => {
  expect(of(query, admitted).options()).toEqual({ apiVersion: 'meta.k8s.io/v1', ...options });
});

test('a connection has no options but its object', () => {
  expect(of('', { operation: 'CONNECT' }).options()).toBeUndefined();
});

test.each([
  ['', 'v1 ConfigMap'],
  ['scale', 'autoscaling/v1 Scale'],
  ['status', 'apps/v1 Deployment'],
])('the kind of %j', (subresource, expected) => {
  const { group, version, kind } = of('', { operation: 'UPDATE' }, subresource).kind;
  expect(`${group ? `${group}/` : ''}${version} ${kind}`).toBe(expected);
});

import type { AnyResourceDefinition } from '#api/resource-definition.ts';

/** Resources that upstream keeps under another name than their own. */
const NAMES: Readonly<Record<string, string>> = {
  '/endpoints': 'services/endpoints',
  '/nodes': 'minions',
  '/replicationcontrollers': 'controllers',
  '/services': 'services/specs',
  'apiextensions.k8s.io/customresourcedefinitions': 'apiextensions.k8s.io/customresourcedefinitions',
  'apiregistration.k8s.io/apiservices': 'apiregistration.k8s.io/apiservices',
  'networking.k8s.io/ingresses': 'ingress',
};

/** Under which key upstream has objects of a kind in etcd: some of its errors tell it. `name` is empty for all of them. */
export function etcdKey({ group, plural }: AnyResourceDefinition, namespace: string, name: string): string {
  const prefix = NAMES[`${group}/${plural}`] ?? plural;
  return ['/registry', prefix, ...(namespace === '' ? [] : [namespace]), name].join('/');
}

import type { Subject } from './rbac.ts';

/** A cluster role binding of the bootstrap policy. */
export interface BootstrapBinding {
  readonly name: string;
  readonly role: string;
  readonly subjects: readonly Subject[];
}

const group = (name: string): Subject => ({ kind: 'Group', name });
const user = (name: string): Subject => ({ kind: 'User', name });
const AUTHENTICATED = group('system:authenticated');

const binding = (role: string, ...subjects: Subject[]): BootstrapBinding => ({ name: role, role, subjects });

/** Who holds the bootstrap cluster roles in a new cluster. */
export const bootstrapClusterRoleBindings: readonly BootstrapBinding[] = [
  binding('cluster-admin', group('system:masters')),
  binding('system:basic-user', AUTHENTICATED),
  binding('system:cluster-trust-bundle-discovery', group('system:serviceaccounts')),
  binding('system:coredns', { kind: 'ServiceAccount', name: 'coredns', namespace: 'kube-system' }),
  binding('system:discovery', AUTHENTICATED),
  binding('system:kube-controller-manager', user('system:kube-controller-manager')),
  binding('system:kube-dns', { kind: 'ServiceAccount', name: 'kube-dns', namespace: 'kube-system' }),
  binding('system:kube-scheduler', user('system:kube-scheduler')),
  binding('system:monitoring', group('system:monitoring')),
  binding('system:node'),
  binding('system:node-proxier', user('system:kube-proxy')),
  binding('system:public-info-viewer', AUTHENTICATED, group('system:unauthenticated')),
  binding('system:service-account-issuer-discovery', group('system:serviceaccounts')),
  binding('system:volume-scheduler', user('system:kube-scheduler')),
];

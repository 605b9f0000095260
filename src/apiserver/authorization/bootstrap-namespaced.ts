import { eventsRule, READ, rule } from './bootstrap-rules.ts';
import type { Subject } from './rbac.ts';
import type { Rule } from './rule.ts';

/** A role of one namespace and who holds it. */
export interface BootstrapNamespacedRole {
  readonly namespace: string;
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly subjects: readonly Subject[];
  /** The name of the binding, where it is not the role's. */
  readonly binding?: string;
}

const system = (name: string): Subject => ({ kind: 'ServiceAccount', name, namespace: 'kube-system' });
const user = (name: string): Subject => ({ kind: 'User', name });

/** Who leads says so in leases; who wants to be chosen as leader says that in candidates. */
const leaderRules: readonly Rule[] = [
  rule('create get list update watch', 'coordination.k8s.io', 'leases'),
  rule('create get list update watch', 'coordination.k8s.io', 'leasecandidates'),
];

export const bootstrapNamespacedRoles: readonly BootstrapNamespacedRole[] = [
  {
    namespace: 'kube-system',
    name: 'extension-apiserver-authentication-reader',
    rules: [rule(READ, 'core', 'configmaps', 'extension-apiserver-authentication')],
    subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler')],
    binding: 'system::extension-apiserver-authentication-reader',
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:bootstrap-signer',
    rules: [rule(READ, 'core', 'secrets')],
    subjects: [system('bootstrap-signer')],
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:cloud-provider',
    rules: [rule('create get list watch', 'core', 'configmaps')],
    subjects: [system('cloud-provider')],
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:token-cleaner',
    rules: [rule('delete get list watch', 'core', 'secrets'), eventsRule],
    subjects: [system('token-cleaner')],
  },
  {
    namespace: 'kube-system',
    name: 'system::leader-locking-kube-controller-manager',
    rules: leaderRules,
    subjects: [
      user('system:kube-controller-manager'),
      system('kube-controller-manager'),
      system('leader-election-controller'),
    ],
  },
  {
    namespace: 'kube-system',
    name: 'system::leader-locking-kube-scheduler',
    rules: leaderRules,
    subjects: [user('system:kube-scheduler'), system('kube-scheduler')],
  },
  {
    namespace: 'kube-public',
    name: 'system:controller:bootstrap-signer',
    rules: [rule(READ, 'core', 'configmaps'), rule('update', 'core', 'configmaps', 'cluster-info'), eventsRule],
    subjects: [system('bootstrap-signer')],
  },
];

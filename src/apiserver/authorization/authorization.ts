import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Clock } from '#base/clock.ts';
import type { WriteGuard } from '../registry/registry-parts.ts';
import type { ResourceStorage } from '../registry/resource-storage.ts';
import { splitNodeUser, type UserInfo } from '../user.ts';
import { ALLOW, type Authorizer, type Decide, noOpinion } from './authorizer.ts';
import { createCachedRbacSource } from './cached-rbac-source.ts';
import { createDecide } from './decide.ts';
import { createEscalationGuards } from './escalation-guard.ts';
import { createNodeAuthorizer } from './node/node-authorizer.ts';
import { createNodeRelations, type NodeRelations } from './node/node-relations.ts';
import { mastersAuthorizer, RbacAuthorizer } from './rbac.ts';
import type { Rule } from './rule.ts';
import { type AuthorizationWebhookOptions, createWebhookAuthorizer } from './webhook.ts';

export type AuthorizationMode = 'AlwaysAllow' | 'AlwaysDeny' | 'Node' | 'RBAC' | 'Webhook';

/** Who decides, in this order. */
export interface AuthorizationOptions {
  /** Default: Node, RBAC, and Webhook where there is one. */
  readonly modes?: readonly AuthorizationMode[];
  readonly webhook?: AuthorizationWebhookOptions;
  /** The same with any number of webhooks, instead of `modes` and `webhook`. */
  readonly authorizers?: readonly AuthorizerChoice[];
}

/** One who decides. */
export interface AuthorizerChoice {
  readonly type: AuthorizationMode;
  /** For `Webhook`. */
  readonly webhook?: AuthorizationWebhookOptions | undefined;
}

export interface AuthorizationParts {
  readonly clock: Clock;
  /** The storage of a resource: `pods`, `roles.rbac.authorization.k8s.io`. */
  readonly storage: (name: string) => ResourceStorage;
  /** Features that are on. */
  readonly featureGates: ReadonlySet<string>;
}

/** What somebody may do, as far as it can be told in rules. */
export interface UserRules {
  readonly rules: readonly Rule[];
  /** Why the rules are not the whole story. */
  readonly errors: readonly string[];
}

export interface Authorization {
  readonly decide: Decide;
  readonly rulesFor: (user: UserInfo, namespace: string) => UserRules;
  /** What must hold before an object of a resource is written, by `plural.group`. */
  readonly guards: Readonly<Record<string, WriteGuard>>;
  /** From now on these decide. They are of the same types as before, but for webhooks. */
  readonly replaceAuthorizers: (authorizers: readonly AuthorizerChoice[]) => void;
}

/** Builds the whole of authorization. */
export function createAuthorization(options: AuthorizationOptions, parts: AuthorizationParts): Authorization {
  const source = rbacSource(parts);
  const rbac = new RbacAuthorizer(source);
  const create = ({ type, webhook }: AuthorizerChoice): Authorizer => {
    switch (type) {
      case 'AlwaysAllow':
        return { authorize: () => ALLOW };
      case 'AlwaysDeny':
        return { authorize: () => noOpinion('Everything is forbidden.') };
      case 'Node':
        return createNodeAuthorizer(nodeRelations(parts), parts.featureGates);
      case 'RBAC':
        return rbac;
      case 'Webhook':
        if (webhook === undefined) throw new Error('build authorization: mode Webhook needs a webhook');
        return createWebhookAuthorizer(webhook, parts.clock);
    }
  };
  const decideWith = (chosen: readonly AuthorizerChoice[]) => createDecide([mastersAuthorizer, ...chosen.map(create)]);
  let choices = options.authorizers ?? choicesOf(options);
  let current = decideWith(choices);
  const decide: Decide = (attributes) => current(attributes);
  const has = (mode: AuthorizationMode) => choices.some(({ type }) => type === mode);
  return {
    decide,
    rulesFor(user, namespace) {
      const { rules, errors } = rbac.rulesFor(user, namespace);
      const unknown = has('Webhook') ? ['webhook authorizer does not support user rule resolution'] : [];
      if (has('Node') && splitNodeUser(user) !== undefined) {
        unknown.unshift('node authorizer does not support user rule resolution');
      }
      return { rules, errors: [...errors, ...unknown] };
    },
    guards: has('RBAC') ? createEscalationGuards({ decide, rbac, source }) : {},
    replaceAuthorizers(chosen) {
      current = decideWith(chosen);
      choices = chosen;
    },
  };
}

function choicesOf({ modes, webhook }: AuthorizationOptions): readonly AuthorizerChoice[] {
  const chosen = modes ?? ['Node', 'RBAC', ...(webhook ? (['Webhook'] as const) : [])];
  return chosen.map((type) => ({ type, ...(type === 'Webhook' ? { webhook } : {}) }));
}

const rbacSource = ({ storage }: AuthorizationParts) =>
  createCachedRbacSource({
    clusterRoles: storage('clusterroles.rbac.authorization.k8s.io'),
    clusterRoleBindings: storage('clusterrolebindings.rbac.authorization.k8s.io'),
    roles: storage('roles.rbac.authorization.k8s.io'),
    roleBindings: storage('rolebindings.rbac.authorization.k8s.io'),
  });

function nodeRelations({ storage }: AuthorizationParts): NodeRelations {
  const get = <T extends KubernetesObject>(resource: string, namespace: string, name: string) =>
    storage(resource).get(namespace, name)?.object as T | undefined;
  return createNodeRelations({
    podsOf: (node) =>
      storage('pods')
        .cache.list({ index: { name: 'spec.nodeName', value: node } })
        .entries.map(({ object }) => object),
    claim: (namespace, name) => get('persistentvolumeclaims', namespace, name),
    volume: (name) => get('persistentvolumes', '', name),
    volumeAttachment: (name) => get('volumeattachments.storage.k8s.io', '', name),
    resourceSlice: (name) => get('resourceslices.resource.k8s.io', '', name),
    podCertificateRequest: (namespace, name) => get('podcertificaterequests.certificates.k8s.io', namespace, name),
  });
}

import type { Authorizer } from './authorizer.ts';
import { nodeRules } from './bootstrap-roles.ts';
import { ruleAllows } from './rbac.ts';

const NODE_GROUP = 'system:nodes';
const NODE_PREFIX = 'system:node:';

/** Lets node agents do what node agents do. Which objects a node may touch is not narrowed to its own yet. */
export const nodeAuthorizer: Authorizer = {
  authorize(attributes) {
    const { name, groups } = attributes.user;
    if (!groups.includes(NODE_GROUP) || !name.startsWith(NODE_PREFIX)) return undefined;
    return nodeRules.some((rule) => ruleAllows(rule, attributes)) ? { allowed: true, reason: '' } : undefined;
  },
};

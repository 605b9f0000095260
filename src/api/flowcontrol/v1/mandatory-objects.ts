import type { FlowSchema, PolicyRulesWithSubjects, Subject } from './flow-schema.ts';
import type { PriorityLevelConfiguration, PriorityLevelConfigurationSpec } from './priority-level-configuration.ts';

/** Says that the server keeps an object's spec as it is here; people set it to "false" to keep a spec of their own. */
export const AUTO_UPDATE = 'apf.kubernetes.io/autoupdate-spec';

const API_VERSION = 'flowcontrol.apiserver.k8s.io/v1';
const metadata = (name: string) => ({ name, annotations: { [AUTO_UPDATE]: 'true' } });

/** A level as the server makes it. */
export const bootstrapLevel = (name: string, spec: PriorityLevelConfigurationSpec): PriorityLevelConfiguration => ({
  kind: 'PriorityLevelConfiguration',
  apiVersion: API_VERSION,
  metadata: metadata(name),
  spec,
});

/** Levels that exist in every cluster, whatever people do. */
export const mandatoryLevels: readonly PriorityLevelConfiguration[] = [
  bootstrapLevel('catch-all', {
    type: 'Limited',
    limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } },
  }),
  bootstrapLevel('exempt', { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }),
];

/** Whoever belongs to a group. */
export const group = (name: string): Subject => ({ kind: 'Group', group: { name } });
/** Whoever sends requests at all. */
export const EVERYBODY = [group('system:unauthenticated'), group('system:authenticated')];

/** All that some may ask for. */
export const everything = (subjects: Subject[]): PolicyRulesWithSubjects => ({
  subjects,
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
});

type Distinguisher = 'ByUser' | 'ByNamespace' | undefined;

/** A schema as the server makes it. */
export const bootstrapSchema = (
  name: string,
  [levelName, matchingPrecedence, type]: [string, number, Distinguisher],
  rules: PolicyRulesWithSubjects[],
): FlowSchema => ({
  kind: 'FlowSchema',
  apiVersion: API_VERSION,
  metadata: metadata(name),
  spec: {
    priorityLevelConfiguration: { name: levelName },
    matchingPrecedence,
    ...(type ? { distinguisherMethod: { type } } : {}),
    rules,
  },
});

/** Schemas that exist in every cluster, whatever people do: the first one tried and the last. */
export const mandatorySchemas: readonly FlowSchema[] = [
  bootstrapSchema('catch-all', ['catch-all', 10_000, 'ByUser'], [everything(EVERYBODY)]),
  bootstrapSchema('exempt', ['exempt', 1, undefined], [everything([group('system:masters')])]),
];

import { type ResourceQuota, ScopedResourceSelectorRequirement } from '#api/core/v1/resource-quota.ts';
import type { Amounts } from '#api/quota/amounts.ts';
import type { Evaluator } from '#api/quota/evaluator.ts';
import { scopesOf } from '#api/quota/scopes.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { readConfigFile } from '#machinery/codec/config-file.ts';
import { FieldPath, required } from '#machinery/errors/field-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { type Infer, list, message, opt, string } from '#machinery/schema/schema.ts';
import { QuotaRefusal } from './quota-refusal.ts';

const LimitedResource = message('LimitedResource', {
  apiGroup: opt(1, string),
  resource: opt(2, string),
  matchContains: opt(3, list(string)),
  matchScopes: opt(4, list(ScopedResourceSelectorRequirement)),
});
/** What nobody may use unless some quota limits it. */
export interface LimitedResource extends Infer<typeof LimitedResource> {}

const Configuration = message('ResourceQuotaConfiguration', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  limitedResources: opt(1, list(LimitedResource)),
});

/** Reads a `ResourceQuotaConfiguration`. Throws a `ConfigFileError`. */
export const readLimitedResources = (text: string): readonly LimitedResource[] =>
  readConfigFile(text, Configuration, {
    apiVersions: ['apiserver.config.k8s.io/v1'],
    kind: 'ResourceQuotaConfiguration',
    validate: ({ limitedResources = [] }) =>
      limitedResources.flatMap(({ resource }, index) =>
        resource ? [] : [required(new FieldPath('limitedResources').index(index).child('resource'))],
      ),
  }).limitedResources ?? [];

/** Throws a `QuotaRefusal` for what an object uses of limited resources that no quota covers. */
export function checkCovered(
  {
    evaluator,
    object,
    usage,
  }: { readonly evaluator: Evaluator; readonly object: KubernetesObject; readonly usage: Amounts },
  {
    limited,
    covered,
    quotas,
  }: {
    readonly limited: readonly LimitedResource[];
    /** The names that quotas restrict the object by. */
    readonly covered: ReadonlySet<string>;
    readonly quotas: readonly ResourceQuota[];
  },
): void {
  const isOf = ({ apiGroup = '', resource }: LimitedResource) =>
    (apiGroup === '' ? resource : `${resource}.${apiGroup}`) === evaluator.resource;
  const patterns = limited.filter(isOf).flatMap(({ matchContains = [] }) => matchContains);
  const names = [...usage].filter(([, amount]) => amount.sign > 0).map(([name]) => name);
  const uncovered = names.filter((name) => patterns.some((pattern) => name.includes(pattern)) && !covered.has(name));
  if (uncovered.length > 0) {
    throw new QuotaRefusal(`insufficient quota to consume: ${[...new Set(uncovered)].sort().join(',')}`);
  }
  const matching = (scopes: readonly ScopedResourceSelectorRequirement[]) =>
    scopes.filter((scope) => evaluator.inScope(scope, object));
  const present = quotas.flatMap(({ spec }) => matching(scopesOf(spec)));
  const open = matching(limited.flatMap(({ matchScopes = [] }) => matchScopes)).filter(
    (scope) => !present.some((each) => deepEqual(each, scope)),
  );
  if (open.length > 0) throw new QuotaRefusal(`insufficient quota to match these scopes: ${printScopes(open)}`);
}

/** As upstream's language prints a list of structures. */
const printScopes = (scopes: readonly ScopedResourceSelectorRequirement[]): string =>
  `[${scopes.map(({ scopeName, operator, values = [] }) => `{${scopeName} ${operator} [${values.join(' ')}]}`).join(' ')}]`;

import { quoteList } from '../authentication/quote-list.ts';
import { pathCovers, type Rule } from './rule.ts';

/** A few lists of some hundred entries multiply to more parts than there is memory: so many are looked at, of all rules. */
const MOST_PARTS = 50_000;

/**
 * The parts of `wanted` that nobody who holds `held` has, each a rule for one thing; empty when all is covered. Rules that
 * would fall into too many parts are taken as they are, and have to be covered as they are.
 */
export function uncovered(held: readonly Rule[], wanted: readonly Rule[]): Rule[] {
  const isCovered = (part: Rule) => held.some((rule) => ruleCovers(rule, part));
  let left = MOST_PARTS;
  return wanted
    .filter((rule) => !isCovered(rule))
    .flatMap((rule) => {
      left -= numberOfParts(rule);
      return left < 0 ? [rule] : breakDown(rule).filter((part) => !isCovered(part));
    });
}

function numberOfParts({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: Rule) {
  return verbs.length * (apiGroups.length * resources.length * (resourceNames.length || 1) + nonResourceURLs.length);
}

/** One rule for each verb on each resource or path. */
function breakDown(rule: Rule): Rule[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const parts: Rule[] = [];
  for (const group of apiGroups) {
    for (const resource of resources) {
      for (const verb of verbs) {
        const part = { verbs: [verb], apiGroups: [group], resources: [resource] };
        if (resourceNames.length === 0) parts.push(part);
        for (const name of resourceNames) parts.push({ ...part, resourceNames: [name] });
      }
    }
  }
  for (const url of nonResourceURLs) for (const verb of verbs) parts.push({ verbs: [verb], nonResourceURLs: [url] });
  return parts;
}

function ruleCovers(held: Rule, part: Rule): boolean {
  return (
    hasAll(held.verbs, part.verbs) &&
    hasAll(held.apiGroups ?? [], part.apiGroups ?? []) &&
    (part.resources ?? []).every((resource) => resourceCovered(held.resources ?? [], resource)) &&
    namesCovered(held.resourceNames ?? [], part.resourceNames ?? []) &&
    (part.nonResourceURLs ?? []).every((url) => (held.nonResourceURLs ?? []).some((each) => pathCovers(each, url)))
  );
}

const hasAll = (held: readonly string[], wanted: readonly string[]) =>
  held.includes('*') || wanted.every((each) => held.includes(each));

function resourceCovered(held: readonly string[], resource: string): boolean {
  if (held.includes('*') || held.includes(resource)) return true;
  const [, subresource] = resource.split('/');
  return subresource !== undefined && held.includes(`*/${subresource}`);
}

const namesCovered = (held: readonly string[], wanted: readonly string[]) =>
  held.length === 0 || (wanted.length > 0 && wanted.every((each) => held.includes(each)));

/** Rules as upstream prints them, one a line and sorted; those for the same resource are one. */
export function describeRules(rules: readonly Rule[]): string {
  return [...new Set(compact(rules).map(describeRule))].sort().join('\n');
}

function compact(rules: readonly Rule[]): Rule[] {
  const byResource = new Map<string, Rule>();
  for (const rule of rules) {
    const { verbs: _, ...rest } = rule;
    const key = JSON.stringify([rest.apiGroups, rest.resources, rest.resourceNames, rule.nonResourceURLs && rule]);
    const known = byResource.get(key);
    byResource.set(key, known ? { ...known, verbs: [...known.verbs, ...rule.verbs] } : rule);
  }
  return [...byResource.values()];
}

function describeRule(rule: Rule): string {
  const parts: [string, readonly string[] | undefined][] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ];
  const shown = parts.flatMap(([name, values]) => (values?.length ? [`${name}:${quoteList(values)}`] : []));
  return `{${shown.join(', ')}}`;
}

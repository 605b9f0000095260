import type { LimitRange, LimitRangeItem } from '#api/core/v1/limit-range.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { isPodLevelResource } from '#api/core/v1/pod-level-resources.ts';
import { containerTotals } from '#api/core/v1/pod-requests.ts';
import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { Quantity } from '#machinery/quantity/quantity.ts';

type Amounts = ReadonlyMap<string, Quantity>;
interface Asked {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/** What of a pod is outside a range, in upstream's words; the bounds by name. */
export function podFindings({ spec }: Pod, range: LimitRange): string[] {
  if (!spec) return [];
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  return (range.spec?.limits ?? []).flatMap((item) => {
    if (item.type === 'Container') {
      return containers.flatMap(({ resources }) =>
        findings(item, { requests: amounts(resources?.requests), limits: amounts(resources?.limits) }),
      );
    }
    return item.type === 'Pod' ? findings(item, podTotals(spec)) : [];
  });
}

/** As `podFindings`, for what a claim asks for. */
export function claimFindings({ spec }: PersistentVolumeClaim, range: LimitRange): string[] {
  const requests = amounts(spec?.resources?.requests);
  return (range.spec?.limits ?? [])
    .filter(({ type }) => type === 'PersistentVolumeClaim')
    .flatMap((item) => [
      ...each(item.min, (name, bound) => below(['minimum', name, item.type, bound], requests)),
      ...each(item.max, (name, bound) => {
        const place = ['maximum', name, item.type, bound] as const;
        const request = requests.get(name);
        if (request === undefined) return `${usage(place)}.  No request is specified`;
        return request.compare(bound) > 0 ? `${usage(place)}, but request is ${request}` : undefined;
      }),
    ]);
}

const findings = (item: LimitRangeItem, asked: Asked): string[] => [
  ...each(item.min, (name, bound) => minimum(['minimum', name, item.type, bound], asked)),
  ...each(item.max, (name, bound) => maximum(['maximum', name, item.type, bound], asked)),
  ...each(item.maxLimitRequestRatio, (name, bound) => ratio(name, item.type, bound, asked)),
];

type Place = readonly [bound: 'minimum' | 'maximum', name: string, type: string, value: Quantity];

const usage = ([bound, name, type, value]: Place): string => `${bound} ${name} usage per ${type} is ${value}`;

function below(place: Place, requests: Amounts): string | undefined {
  const request = requests.get(place[1]);
  if (request === undefined) return `${usage(place)}.  No request is specified`;
  return request.compare(place[3]) < 0 ? `${usage(place)}, but request is ${request}` : undefined;
}

function minimum(place: Place, { requests, limits }: Asked): string | undefined {
  const limit = limits.get(place[1]);
  const found = below(place, requests);
  if (found) return found;
  return limit && limit.compare(place[3]) < 0 ? `${usage(place)}, but limit is ${limit}` : undefined;
}

function maximum(place: Place, { requests, limits }: Asked): string | undefined {
  const [, name, , bound] = place;
  const limit = limits.get(name);
  const request = requests.get(name);
  if (limit === undefined) return `${usage(place)}.  No limit is specified`;
  if (limit.compare(bound) > 0) return `${usage(place)}, but limit is ${limit}`;
  return request && request.compare(bound) > 0 ? `${usage(place)}, but request is ${request}` : undefined;
}

function ratio(name: string, type: string, bound: Quantity, { requests, limits }: Asked): string | undefined {
  const start = `${name} max limit to request ratio per ${type} is ${bound}`;
  const request = requests.get(name);
  const limit = limits.get(name);
  if (!request || request.isZero) return `${start}, but no request is specified or request is 0`;
  if (!limit || limit.isZero) return `${start}, but no limit is specified or limit is 0`;
  const given = limit.toNumber() / request.toNumber();
  return given > bound.toNumber() ? `${start}, but provided ratio is ${given.toFixed(6)}` : undefined;
}

function each(
  bounds: Readonly<Record<string, string>> | undefined,
  check: (name: string, bound: Quantity) => string | undefined,
): string[] {
  return Object.entries(bounds ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, bound]) => check(name, parseQuantity(bound)))
    .filter((finding) => finding !== undefined);
}

const amounts = (texts: Readonly<Record<string, string>> | undefined): Amounts =>
  new Map(Object.entries(texts ?? {}).map(([name, text]) => [name, parseQuantity(text)]));

/** What the pod asks for as a whole stands before what its containers add up to. */
function podTotals(spec: PodSpec): Asked {
  const total = (which: 'requests' | 'limits'): Amounts => {
    const own = Object.entries(spec.resources?.[which] ?? {}).filter(([name]) => isPodLevelResource(name));
    return new Map([...containerTotals(spec, which), ...amounts(Object.fromEntries(own))]);
  };
  return { requests: total('requests'), limits: total('limits') };
}

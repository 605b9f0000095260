import type { Container } from '#api/core/v1/container.ts';
import type { LimitRange } from '#api/core/v1/limit-range.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { Mutable } from '#machinery/schema/schema.ts';

type Amounts = Readonly<Record<string, string>>;

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** Fills what containers leave open from a range's defaults, and says so in an annotation. */
export function setDefaultResources(pod: Mutable<Pod>, { spec }: LimitRange): void {
  const items = (spec?.limits ?? []).filter(({ type }) => type === 'Container');
  const requests: Amounts = Object.assign({}, ...items.map((item) => item.defaultRequest));
  const limits: Amounts = Object.assign({}, ...items.map((item) => item.default));
  const set = [
    ...(pod.spec?.containers ?? []).flatMap((each) => fill(each, { requests, limits }, 'container')),
    ...(pod.spec?.initContainers ?? []).flatMap((each) => fill(each, { requests, limits }, 'init container')),
  ];
  if (set.length === 0) return;
  const metadata = (pod.metadata ??= {});
  metadata.annotations = { ...metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${set.join('; ')}` };
}

function fill(container: Mutable<Container>, defaults: { requests: Amounts; limits: Amounts }, kind: string): string[] {
  return (['requests', 'limits'] as const).flatMap((which) => {
    const present = container.resources?.[which] ?? {};
    const missing = Object.keys(defaults[which])
      .filter((name) => present[name] === undefined)
      .sort();
    if (missing.length === 0) return [];
    const added = Object.fromEntries(missing.map((name) => [name, defaults[which][name] as string]));
    container.resources = { ...container.resources, [which]: { ...present, ...added } };
    return [`${missing.join(', ')} ${which.slice(0, -1)} for ${kind} ${container.name}`];
  });
}

import type { Container } from '#api/core/v1/container.ts';
import type { ResourceRequirements } from '#api/core/v1/resources.ts';
import type { ContainerStatus } from '#cri/runtime.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import { CONTAINER_RESOURCES } from '../names.ts';
import type { AnyContainer } from '../pod-parts.ts';

/** Limits and requests of CPU and memory: what can change while a container runs. */
export type Resizable = Pick<ResourceRequirements, 'limits' | 'requests'>;

const RESOURCES = ['cpu', 'memory'] as const;

/** What a container was made with. Undefined for containers that do not say. */
export function resourcesMadeWith({ annotations }: ContainerStatus): Resizable | undefined {
  const text = annotations[CONTAINER_RESOURCES];
  return text === undefined ? undefined : (JSON.parse(text) as Resizable);
}

export const resizableOf = ({ resources }: AnyContainer): Resizable => ({
  ...(resources?.limits ? { limits: resources.limits } : {}),
  ...(resources?.requests ? { requests: resources.requests } : {}),
});

/** How a running container gets from what it has to what it should have. */
export function resizeAction(has: Resizable, container: AnyContainer): 'none' | 'update' | 'restart' {
  const changed = RESOURCES.filter((name) => differs(has, resizableOf(container), name));
  if (changed.length === 0) return 'none';
  const policies = (container as Container).resizePolicy ?? [];
  const restarts = changed.some(
    (name) => policies.find(({ resourceName }) => resourceName === name)?.restartPolicy === 'RestartContainer',
  );
  return restarts ? 'restart' : 'update';
}

const differs = (a: Resizable, b: Resizable, name: (typeof RESOURCES)[number]): boolean =>
  (['limits', 'requests'] as const).some((which) => !sameAmount(a[which]?.[name], b[which]?.[name]));

const sameAmount = (a: string | undefined, b: string | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && parseQuantity(a).equals(parseQuantity(b)));

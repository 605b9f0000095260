import type { FlowSchema, FlowSchemaStatus } from '#api/flowcontrol/v1/flow-schema.ts';
import { AUTO_UPDATE } from '#api/flowcontrol/v1/mandatory-objects.ts';
import type { PriorityLevelConfiguration } from '#api/flowcontrol/v1/priority-level-configuration.ts';

type Configuration = FlowSchema | PriorityLevelConfiguration;

/**
 * A bootstrap object as it should be where it is not: mandatory ones always have their spec, the others while they say that
 * the server keeps it. Objects that do not say anything are the server's if nobody ever changed them. Undefined when all is well.
 */
export function desiredUpdate<T extends Configuration>(current: T, desired: T, isMandatory: boolean): T | undefined {
  const annotation = current.metadata?.annotations?.[AUTO_UPDATE];
  const isOurs =
    isMandatory || annotation === 'true' || (annotation === undefined && (current.metadata?.generation ?? 1) === 1);
  const wanted = isOurs ? 'true' : (annotation ?? 'false');
  const spec = isOurs ? specFor(current, desired) : current.spec;
  if (annotation === wanted && covers(current.spec, spec)) return undefined;
  const annotations = { ...current.metadata?.annotations, [AUTO_UPDATE]: wanted };
  return { ...current, metadata: { ...current.metadata, annotations }, spec };
}

/** How much the exempt level lends is left to people. */
function specFor(current: Configuration, desired: Configuration): Configuration['spec'] {
  const { spec } = current as PriorityLevelConfiguration;
  return desired.kind === 'PriorityLevelConfiguration' && spec?.type === 'Exempt' ? spec : desired.spec;
}

/** Whether `actual` says all that `wanted` says; it may say more, as defaults do. */
function covers(actual: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(actual) &&
      actual.length === wanted.length &&
      wanted.every((each, index) => covers(actual[index], each))
    );
  }
  if (typeof wanted !== 'object' || wanted === null) return actual === wanted;
  return (
    typeof actual === 'object' &&
    actual !== null &&
    Object.entries(wanted).every(([key, value]) => covers((actual as Record<string, unknown>)[key], value))
  );
}

/** A schema's status when its `Dangling` condition has to change; undefined when it is right. */
export function danglingCondition(
  schema: FlowSchema,
  levels: ReadonlySet<string>,
  now: number,
): FlowSchemaStatus | undefined {
  const name = schema.spec?.priorityLevelConfiguration.name ?? '';
  const reference = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(name)}`;
  const wanted = levels.has(name)
    ? ({ status: 'False', reason: 'Found', message: `${reference} and it exists` } as const)
    : ({ status: 'True', reason: 'NotFound', message: `${reference} but there is no such object` } as const);
  const conditions = schema.status?.conditions ?? [];
  const current = conditions.find(({ type }) => type === 'Dangling');
  if (current?.status === wanted.status && current.message === wanted.message) return undefined;
  const since = current?.status === wanted.status ? current.lastTransitionTime : undefined;
  const lastTransitionTime = since ?? `${new Date(now).toISOString().slice(0, 19)}Z`;
  return {
    ...schema.status,
    conditions: [
      ...conditions.filter(({ type }) => type !== 'Dangling'),
      { type: 'Dangling', ...wanted, lastTransitionTime },
    ],
  };
}

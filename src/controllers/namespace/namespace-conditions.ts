import type { NamespaceCondition } from '#api/core/v1/namespace.ts';
import { formatTime } from '#machinery/objects/time.ts';

/** What is left of one resource in a namespace. */
export interface Remaining {
  /** `deployments.apps`, and `pods.` for the core group. */
  readonly resource: string;
  readonly count: number;
  /** How many objects each finalizer holds. */
  readonly finalizers: Readonly<Record<string, number>>;
}

type Text = readonly [status: 'True' | 'False', reason: string, message: string];

/** The conditions of a namespace that is being emptied; those that say the same keep their times. */
export function namespaceConditions(
  old: readonly NamespaceCondition[],
  { remaining, failures, now }: { remaining: readonly Remaining[]; failures: readonly string[]; now: number },
): NamespaceCondition[] {
  const texts: Readonly<Record<string, Text>> = {
    NamespaceDeletionDiscoveryFailure: ['False', 'ResourcesDiscovered', 'All resources successfully discovered'],
    NamespaceDeletionGroupVersionParsingFailure: [
      'False',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ],
    NamespaceDeletionContentFailure: failureText(failures),
    NamespaceContentRemaining: remainingText(remaining),
    NamespaceFinalizersRemaining: finalizersText(remaining),
  };
  const changed = Object.entries(texts).map(([type, [status, reason, message]]): NamespaceCondition => {
    const before = old.find((condition) => condition.type === type);
    const same = before?.status === status;
    return { type, status, reason, message, lastTransitionTime: same ? before.lastTransitionTime : formatTime(now) };
  });
  return [...old.filter(({ type }) => texts[type] === undefined), ...changed];
}

const failureText = (failures: readonly string[]): Text =>
  failures.length === 0
    ? ['False', 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization']
    : [
        'True',
        'ContentDeletionFailed',
        `Failed to delete all resource types, ${failures.length} remaining: ${[...failures].sort().join(', ')}`,
      ];

function remainingText(remaining: readonly Remaining[]): Text {
  const parts = remaining.map(({ resource, count }) => `${resource} has ${count} resource instances`).sort();
  return parts.length === 0
    ? ['False', 'ContentRemoved', 'All content successfully removed']
    : ['True', 'SomeResourcesRemain', `Some resources are remaining: ${parts.join(', ')}`];
}

function finalizersText(remaining: readonly Remaining[]): Text {
  const counts = new Map<string, number>();
  for (const { finalizers } of remaining) {
    for (const [name, count] of Object.entries(finalizers)) counts.set(name, (counts.get(name) ?? 0) + count);
  }
  const parts = [...counts].map(([name, count]) => `${name} in ${count} resource instances`).sort();
  return parts.length === 0
    ? ['False', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished']
    : ['True', 'SomeFinalizersRemain', `Some content in the namespace has finalizers remaining: ${parts.join(', ')}`];
}

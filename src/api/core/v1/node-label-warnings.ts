import { table } from '#base/table.ts';
import type { FieldPath } from '#machinery/errors/field-error.ts';
import { isValidLabelValue } from '#machinery/names/label.ts';
import type { NodeSelectorTerm } from './affinity.ts';

/** Labels of nodes that have another name now, or none. */
const DEPRECATED_LABELS = table<string>({
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
});

/** What there is to say about a label of nodes that is out of use; undefined for all others. */
export const deprecatedNodeLabel = (key: string): string | undefined =>
  Object.hasOwn(DEPRECATED_LABELS, key) ? DEPRECATED_LABELS[key] : undefined;

/** What is odd about a term that is preferred, not demanded: values that no label can have are not refused there. */
export const preferenceWarnings = (term: NodeSelectorTerm, field: FieldPath): string[] =>
  (term.matchExpressions ?? []).flatMap((expression, position) => [
    ...expressionWarnings(expression.key, field.child('matchExpressions').index(position)),
    ...(expression.values ?? []).flatMap((value, index) =>
      isValidLabelValue(value).map(
        (problem) =>
          `${field.child('matchExpressions').index(position).child('values').index(index)}: ${value} is invalid, ${problem}`,
      ),
    ),
  ]);

/** Labels out of use in one term of a node selector. */
export const nodeSelectorTermWarnings = ({ matchExpressions }: NodeSelectorTerm, field: FieldPath): string[] =>
  (matchExpressions ?? []).flatMap(({ key }, position) =>
    expressionWarnings(key, field.child('matchExpressions').index(position)),
  );

function expressionWarnings(key: string, field: FieldPath): string[] {
  const message = deprecatedNodeLabel(key);
  return message === undefined ? [] : [`${field.child('key')}: ${key} is ${message}`];
}

import { ageSince } from '#api/columns/age.ts';
import { orNone } from '#api/columns/cells.ts';
import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { Pod } from './pod.ts';
import { displayPod } from './pod-display.ts';

export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  column('Ready', 'Containers that are ready, of all', (pod) => {
    const { ready, total } = displayPod(pod);
    return `${ready}/${total}`;
  }),
  column('Status', 'What the pod is doing', (pod) => displayPod(pod).status),
  column('Restarts', 'How often containers were restarted, and when the last one was', restartsCell),
  ageColumn,
  column('IP', 'Address of the pod', ({ status }) => orNone(status?.podIPs?.[0]?.ip ?? status?.podIP), { wide: true }),
  column('Node', 'Node that the pod runs on', ({ spec }) => orNone(spec?.nodeName), { wide: true }),
  column('Nominated Node', 'Node on which room is being made', ({ status }) => orNone(status?.nominatedNodeName), {
    wide: true,
  }),
  column('Readiness Gates', 'Further conditions that are met, of all that the pod waits for', gatesCell, {
    wide: true,
  }),
];

function restartsCell(pod: Pod, now: number): string {
  const { restarts, lastRestart } = displayPod(pod);
  return restarts > 0 && lastRestart ? `${restarts} (${ageSince(lastRestart, now)} ago)` : String(restarts);
}

function gatesCell({ spec, status }: Pod): string {
  const gates = spec?.readinessGates ?? [];
  const met = gates.filter(({ conditionType }) =>
    status?.conditions?.some(({ type, status }) => type === conditionType && status === 'True'),
  );
  return gates.length === 0 ? orNone('') : `${met.length}/${gates.length}`;
}

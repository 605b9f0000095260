import { humanDuration } from '#api/columns/age.ts';
import { selectorCell } from '#api/columns/cells.ts';
import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import { containerColumns } from '#api/columns/template-columns.ts';
import type { Column } from '#api/resource-definition.ts';
import { parseTime } from '#machinery/objects/time.ts';
import type { Job } from './job.ts';

export const jobColumns: readonly Column<Job>[] = [
  nameColumn,
  column('Status', 'Whether it runs, is done, failed or waits', statusCell),
  column('Completions', 'Pods that succeeded, of those that must', completionsCell),
  column('Duration', 'How long it ran, or has been running', durationCell),
  ageColumn,
  ...containerColumns(({ spec }: Job) => spec?.template),
  column('Selector', 'Labels of the pods it counts', ({ spec }) => selectorCell(spec?.selector), { wide: true }),
];

function statusCell({ metadata, status }: Job): string {
  const has = (wanted: string) => status?.conditions?.some(({ type, status }) => type === wanted && status === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata?.deletionTimestamp) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running';
}

function completionsCell({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationCell({ status }: Job, now: number): string {
  if (!status?.startTime) return '';
  const end = status.completionTime ? parseTime(status.completionTime) : now;
  return humanDuration(end - parseTime(status.startTime));
}

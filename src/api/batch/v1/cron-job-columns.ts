import { ageSince } from '#api/columns/age.ts';
import { boolCell, NONE, selectorCell } from '#api/columns/cells.ts';
import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import { containerColumns } from '#api/columns/template-columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { CronJob } from './cron-job.ts';

export const cronJobColumns: readonly Column<CronJob>[] = [
  nameColumn,
  column('Schedule', 'When it runs', ({ spec }) => spec?.schedule ?? ''),
  column('Timezone', 'Time zone of the schedule', ({ spec }) => spec?.timeZone ?? NONE),
  column('Suspend', 'Whether it rests', ({ spec }) => boolCell(spec?.suspend), { type: 'boolean' }),
  column('Active', 'Jobs that run', ({ status }) => status?.active?.length ?? 0, { type: 'integer' }),
  column('Last Schedule', 'Time since it last ran', ({ status }, now) =>
    status?.lastScheduleTime ? ageSince(status.lastScheduleTime, now) : NONE,
  ),
  ageColumn,
  ...containerColumns(({ spec }: CronJob) => spec?.jobTemplate?.spec?.template),
  column('Selector', 'Labels of the pods of its jobs', ({ spec }) => selectorCell(spec?.jobTemplate?.spec?.selector), {
    wide: true,
  }),
];

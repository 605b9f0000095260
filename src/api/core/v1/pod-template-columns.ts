import { labelsCell } from '#api/columns/cells.ts';
import { column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { PodTemplate } from './pod-template.ts';

export const podTemplateColumns: readonly Column<PodTemplate>[] = [
  nameColumn,
  column('Containers', 'Names of the containers in the template', ({ template }) =>
    (template?.spec?.containers ?? []).map(({ name }) => name).join(','),
  ),
  column('Images', 'Images of the containers in the template', ({ template }) =>
    (template?.spec?.containers ?? []).map(({ image }) => image ?? '').join(','),
  ),
  column('Pod Labels', 'Labels that its pods get', ({ template }) => labelsCell(template?.metadata?.labels)),
];

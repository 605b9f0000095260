import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { MutatingAdmissionPolicy } from './mutating-admission-policy.ts';

export const mutatingAdmissionPolicyColumns: readonly Column<MutatingAdmissionPolicy>[] = [
  nameColumn,
  column('Mutations', 'Number of changes it makes', ({ spec }) => spec?.mutations?.length ?? 0, { type: 'integer' }),
  column('ParamKind', 'Kind of its parameters', ({ spec }) =>
    spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : '<unset>',
  ),
  ageColumn,
];

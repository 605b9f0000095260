import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { ValidatingAdmissionPolicy } from './validating-admission-policy.ts';

export const validatingAdmissionPolicyColumns: readonly Column<ValidatingAdmissionPolicy>[] = [
  nameColumn,
  column('Validations', 'Number of rules', ({ spec }) => spec?.validations?.length ?? 0, { type: 'integer' }),
  column('ParamKind', 'Kind of its parameters', ({ spec }) =>
    spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : '<unset>',
  ),
  ageColumn,
];

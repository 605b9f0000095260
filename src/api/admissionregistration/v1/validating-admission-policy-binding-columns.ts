import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import { paramRefCell } from './param-ref-cell.ts';
import type { ValidatingAdmissionPolicyBinding } from './validating-admission-policy-binding.ts';

export const validatingAdmissionPolicyBindingColumns: readonly Column<ValidatingAdmissionPolicyBinding>[] = [
  nameColumn,
  column('PolicyName', 'Policy that it puts into force', ({ spec }) => spec?.policyName ?? ''),
  column('ParamRef', 'Object with the parameters', ({ spec }) => paramRefCell(spec?.paramRef)),
  ageColumn,
];

import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { MutatingAdmissionPolicyBinding } from './mutating-admission-policy-binding.ts';
import { paramRefCell } from './param-ref-cell.ts';

export const mutatingAdmissionPolicyBindingColumns: readonly Column<MutatingAdmissionPolicyBinding>[] = [
  nameColumn,
  column('PolicyName', 'Policy that it puts into force', ({ spec }) => spec?.policyName ?? ''),
  column('ParamRef', 'Object with the parameters', ({ spec }) => paramRefCell(spec?.paramRef)),
  ageColumn,
];

import type { Column } from '#api/resource-definition.ts';
import { bindingColumns } from './binding-columns.ts';
import type { RoleBinding } from './role-binding.ts';

export const roleBindingColumns: readonly Column<RoleBinding>[] = bindingColumns;

import type { Column } from '#api/resource-definition.ts';
import { bindingColumns } from './binding-columns.ts';
import type { ClusterRoleBinding } from './cluster-role-binding.ts';

export const clusterRoleBindingColumns: readonly Column<ClusterRoleBinding>[] = bindingColumns;

import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column, KubernetesObject } from '#api/resource-definition.ts';
import type { RoleRef } from './role-ref.ts';
import type { Subject } from './subject.ts';

type Binding = KubernetesObject & { readonly roleRef: RoleRef; readonly subjects?: readonly Subject[] | undefined };

/** Columns of bindings of both kinds. */
export const bindingColumns: readonly Column<Binding>[] = [
  nameColumn,
  column('Role', 'Role that is given', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  ageColumn,
  column('Users', 'Users it is given to', (binding) => namesOf(binding, 'User'), { wide: true }),
  column('Groups', 'Groups it is given to', (binding) => namesOf(binding, 'Group'), { wide: true }),
  column('ServiceAccounts', 'Service accounts it is given to', (binding) => namesOf(binding, 'ServiceAccount'), {
    wide: true,
  }),
];

const namesOf = ({ subjects }: Binding, wanted: string): string =>
  (subjects ?? [])
    .filter(({ kind }) => kind === wanted)
    .map(({ kind, namespace, name }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
    .join(', ');

import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { RuntimeClass } from './runtime-class.ts';

export const runtimeClassColumns: readonly Column<RuntimeClass>[] = [
  nameColumn,
  column('Handler', 'Configuration of the container runtime', ({ handler }) => handler),
  ageColumn,
];

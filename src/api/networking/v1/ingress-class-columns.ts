import { NONE } from '#api/columns/cells.ts';
import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { IngressClass } from './ingress-class.ts';

export const ingressClassColumns: readonly Column<IngressClass>[] = [
  nameColumn,
  column('Controller', 'Controller that serves the class', ({ spec }) => spec?.controller ?? ''),
  column('Parameters', 'Object with further settings', ({ spec }) => {
    const parameters = spec?.parameters;
    if (!parameters) return NONE;
    const group = parameters.apiGroup === undefined ? '' : `.${parameters.apiGroup}`;
    return `${parameters.kind}${group}/${parameters.name}`;
  }),
  ageColumn,
];

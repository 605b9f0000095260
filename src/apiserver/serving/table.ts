import { ageSince } from '#api/columns/age.ts';
import type { AnyResourceDefinition, Column, KubernetesObject } from '#api/resource-definition.ts';

/** What of each object goes into a row: nothing, its metadata, or all of it. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** Whose columns a table has: those of a definition, or Name and Age. */
export type Columns = Pick<AnyResourceDefinition, 'columns' | 'rowConditions' | 'compareRows'>;

const NAME_COLUMN: Column<KubernetesObject> = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name of the object, unique within its namespace',
  priority: 0,
  cell: (object) => object.metadata?.name ?? '',
};

/** Kinds without columns of their own show their name and when they were made. */
const GENERIC_COLUMNS: readonly Column<KubernetesObject>[] = [
  NAME_COLUMN,
  {
    name: 'Age',
    type: 'string',
    description: 'Time since the object was created',
    priority: 0,
    cell: (object, now) => ageSince(object.metadata?.creationTimestamp, now),
  },
];

/** The columns of a kind, as the head of a Table. */
export const columnDefinitions = (definition: Columns) =>
  columnsOf(definition).map(({ name, type, format = '', description, priority }) => ({
    name,
    type,
    format,
    description,
    priority,
  }));

/** One object as a row of a Table. */
export function tableRow(
  definition: Columns,
  object: KubernetesObject,
  options: { readonly now: number; readonly include: IncludeObject; readonly version: string },
) {
  const conditions = definition.rowConditions?.(object) ?? [];
  return {
    cells: columnsOf(definition).map((column) => column.cell(object, options.now)),
    ...(conditions.length > 0 ? { conditions } : {}),
    object: included(object, options),
  };
}

function included(object: KubernetesObject, { include, version }: { include: IncludeObject; version: string }) {
  if (include === 'None') return null;
  return include === 'Object' ? object : partialMetadata(object, version);
}

/** The cells of a row about no object in particular. */
export const emptyCells = (definition: Columns): null[] => columnsOf(definition).map(() => null);

const columnsOf = (definition: Columns): readonly Column<KubernetesObject>[] => definition.columns ?? GENERIC_COLUMNS;

/** An object reduced to its metadata. */
export const partialMetadata = (object: KubernetesObject, version: string): KubernetesObject => ({
  kind: 'PartialObjectMetadata',
  apiVersion: `meta.k8s.io/${version}`,
  metadata: object.metadata,
});

import type { Cell, Column, KubernetesObject } from '#api/resource-definition.ts';
import { ageSince } from './age.ts';

interface ColumnOptions {
  readonly type?: Column<unknown>['type'];
  readonly format?: string;
  /** Shown only with `-o wide`. */
  readonly wide?: boolean;
}

/** A column of text, unless the options say otherwise. */
export const column = <T>(
  name: string,
  description: string,
  cell: (object: T, now: number) => Cell,
  { type = 'string', format, wide = false }: ColumnOptions = {},
): Column<T> => ({
  name,
  type,
  ...(format === undefined ? {} : { format }),
  description,
  priority: wide ? 1 : 0,
  cell,
});

export const nameColumn: Column<KubernetesObject> = column(
  'Name',
  'Name of the object, unique within its namespace',
  ({ metadata }) => metadata?.name ?? '',
  { format: 'name' },
);

export const ageColumn: Column<KubernetesObject> = column('Age', 'Time since the object was created', (object, now) =>
  ageSince(object.metadata?.creationTimestamp, now),
);

/** For kinds that upstream prints without columns of their own. */
export const createdAtColumn: Column<KubernetesObject> = column(
  'Created At',
  'When the object was created',
  ({ metadata }) => metadata?.creationTimestamp ?? '',
  { type: 'date' },
);

export const NAME_AND_CREATED_AT: readonly Column<KubernetesObject>[] = [nameColumn, createdAtColumn];

/** The columns of objects that are first turned into others, as a second version of a kind is. */
export const columnsThrough = <T, S>(convert: (object: T) => S, columns: readonly Column<S>[]): Column<T>[] =>
  columns.map((each) => ({ ...each, cell: (object, now) => each.cell(convert(object), now) }));

import type { PodTemplateSpec } from '#api/core/v1/pod-template-spec.ts';
import type { Column } from '#api/resource-definition.ts';
import { column } from './columns.ts';

/** Names and images of a workload's containers, for `-o wide`. */
export const containerColumns = <T>(template: (object: T) => PodTemplateSpec | undefined): readonly Column<T>[] => {
  const containers = (object: T) => template(object)?.spec?.containers ?? [];
  return [
    column(
      'Containers',
      'Names of the containers in the template',
      (object: T) =>
        containers(object)
          .map(({ name }) => name)
          .join(','),
      { wide: true },
    ),
    column(
      'Images',
      'Images of the containers in the template',
      (object: T) =>
        containers(object)
          .map(({ image }) => image ?? '')
          .join(','),
      { wide: true },
    ),
  ];
};

import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import { resources as builtIn } from '#api/resources.ts';
import type { ControllersOptions } from '../controller-entry.ts';

/** Every resource there is now, built-in or defined by users. */
export const allResources = ({ resources }: ControllersOptions): readonly AnyResourceDefinition[] =>
  resources?.() ?? builtIn;

/** Resources whose objects can be listed and deleted, each stored kind once. */
export const storedResources = (options: ControllersOptions): readonly AnyResourceDefinition[] =>
  allResources(options).filter(
    ({ verbs, storage }) =>
      storage === undefined && ['list', 'watch', 'delete'].every((verb) => verbs.includes(verb as never)),
  );

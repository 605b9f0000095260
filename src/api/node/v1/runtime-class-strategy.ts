import { deprecatedNodeLabel } from '#api/core/v1/node-label-warnings.ts';
import type { Strategy } from '#api/resource-definition.ts';
import type { RuntimeClass } from './runtime-class.ts';
import { validateRuntimeClass, validateRuntimeClassUpdate } from './runtime-class-validation.ts';

export const runtimeClassStrategy: Strategy<RuntimeClass> = {
  allowCreateOnUpdate: true,
  requireResourceVersionOnUpdate: true,
  warn: ({ scheduling }) =>
    Object.keys(scheduling?.nodeSelector ?? {}).flatMap((key) => {
      const message = deprecatedNodeLabel(key);
      return message === undefined ? [] : [`scheduling.nodeSelector: ${message}`];
    }),
  validate: validateRuntimeClass,
  validateUpdate: validateRuntimeClassUpdate,
};

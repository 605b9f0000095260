import type { Strategy } from '#api/resource-definition.ts';
import type { RuntimeClass } from './runtime-class.ts';
import { validateRuntimeClass, validateRuntimeClassUpdate } from './runtime-class-validation.ts';

export const runtimeClassStrategy: Strategy<RuntimeClass> = {
  allowCreateOnUpdate: true,
  requireResourceVersionOnUpdate: true,
  validate: validateRuntimeClass,
  validateUpdate: validateRuntimeClassUpdate,
};

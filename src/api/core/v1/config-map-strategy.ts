import type { Strategy } from '#api/resource-definition.ts';
import type { ConfigMap } from './config-map.ts';
import { validateConfigMap, validateConfigMapUpdate } from './config-map-validation.ts';

export const configMapStrategy: Strategy<ConfigMap> = {
  validate: validateConfigMap,
  validateUpdate: validateConfigMapUpdate,
  updateChecks: 'changes first',
};

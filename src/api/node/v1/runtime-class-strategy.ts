import type { Strategy } from '#api/resource-definition.ts';
import type { RuntimeClass } from './runtime-class.ts';

export const runtimeClassStrategy: Strategy<RuntimeClass> = { requireResourceVersionOnUpdate: true };

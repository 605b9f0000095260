import type { Strategy } from '#api/resource-definition.ts';
import type { FlowSchema } from './flow-schema.ts';
import { validateFlowSchema } from './flow-schema-validation.ts';

export const flowSchemaStrategy: Strategy<FlowSchema> = {
  hasGeneration: true,
  applyDefaults({ spec }) {
    if (spec) spec.matchingPrecedence ||= 1000;
  },
  prepareForCreate(schema) {
    schema.status = {};
  },
  validate: validateFlowSchema,
};

import type { Strategy } from '#api/resource-definition.ts';
import type { PodTemplate } from './pod-template.ts';
import { applyPodTemplateDefaults } from './pod-template-defaults.ts';

export const podTemplateStrategy: Strategy<PodTemplate> = {
  hasGeneration: true,
  applyDefaults: ({ template }) => applyPodTemplateDefaults(template),
};

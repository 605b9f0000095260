import type { Strategy } from '#api/resource-definition.ts';
import { FieldPath } from '#machinery/errors/field-error.ts';
import type { PodTemplate } from './pod-template.ts';
import { applyPodTemplateDefaults } from './pod-template-defaults.ts';
import { validatePodTemplate } from './pod-template-validation.ts';
import { templateWarnings } from './pod-warnings.ts';

export const podTemplateStrategy: Strategy<PodTemplate> = {
  returnsDeletedObject: true,
  validate: ({ template }) => validatePodTemplate(template, new FieldPath('template')),
  hasGeneration: true,
  warn: ({ template }) => templateWarnings(template, new FieldPath('template')),
  applyDefaults: ({ template }) => applyPodTemplateDefaults(template),
};

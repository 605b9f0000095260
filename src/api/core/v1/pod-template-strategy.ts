import type { Strategy } from '#api/resource-definition.ts';
import { FieldPath } from '#machinery/errors/field-error.ts';
import { isNewlySpecified } from './name-warnings.ts';
import type { PodTemplate } from './pod-template.ts';
import { applyPodTemplateDefaults } from './pod-template-defaults.ts';
import { validatePodTemplate } from './pod-template-validation.ts';
import { templateWarnings } from './pod-warnings.ts';

const TEMPLATE = new FieldPath('template');

export const podTemplateStrategy: Strategy<PodTemplate> = {
  returnsDeletedObject: true,
  validate: ({ template }) => validatePodTemplate(template, TEMPLATE),
  hasGeneration: true,
  warn: (object, old) => (isNewlySpecified(object, old) ? templateWarnings(object.template, TEMPLATE) : []),
  applyDefaults: ({ template }) => applyPodTemplateDefaults(template),
};

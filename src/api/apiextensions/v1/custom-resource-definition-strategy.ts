import type { Strategy } from '#api/resource-definition.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { validateApproval } from './api-approval-validation.ts';
import type { CustomResourceDefinition } from './custom-resource-definition.ts';
import {
  validateCustomResourceDefinition,
  validateCustomResourceDefinitionUpdate,
} from './custom-resource-definition-validation.ts';
import { formatWarnings } from './format-warnings.ts';

export const customResourceDefinitionStrategy: Strategy<CustomResourceDefinition> = {
  hasGeneration: true,
  requireResourceVersionOnUpdate: true,
  applyDefaults({ spec }) {
    const { names } = spec;
    names.singular ||= (names.kind ?? '').toLowerCase();
    if (names.kind) names.listKind ||= `${names.kind}List`;
    spec.conversion ??= { strategy: 'None' };
    const service = spec.conversion.webhook?.clientConfig?.service;
    if (service) service.port ??= 443;
  },
  prepareForCreate(definition) {
    definition.status = { storedVersions: [] };
    rememberStoredVersion(definition);
  },
  prepareForUpdate: rememberStoredVersion,
  warn: formatWarnings,
  validate: validateCustomResourceDefinition,
  validateCreate: (definition) => validateApproval(definition),
  validateUpdate: (definition, old) => [
    ...validateCustomResourceDefinitionUpdate(definition, old),
    ...validateApproval(definition, old),
  ],
};

/** Every version that objects were ever stored as stays listed until somebody has migrated them. */
function rememberStoredVersion(definition: Mutable<CustomResourceDefinition>): void {
  const status = { ...definition.status };
  const storedVersions = [...(status.storedVersions ?? [])];
  for (const { name, storage } of definition.spec.versions ?? []) {
    if (storage && !storedVersions.includes(name)) storedVersions.push(name);
  }
  definition.status = { ...status, storedVersions };
}

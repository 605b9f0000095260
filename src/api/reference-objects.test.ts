import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type AnyResourceDefinition, apiVersionOf } from './resource-definition.ts';
import { resources } from './resources.ts';
import { defaulted, NOW } from './testing/defaulted.ts';

// Objects with every field set, most of them to nonsense. They stand beside the repository, and may be absent.
const REFERENCE = join(import.meta.dirname, '../../../shared/kubernetes-api/vectors');

const objects = new Map<string, object>();
if (existsSync(REFERENCE)) {
  for (const name of readdirSync(REFERENCE).filter((each) => each.endsWith('.json'))) {
    const object = JSON.parse(readFileSync(join(REFERENCE, name), 'utf8'));
    objects.set(`${object.apiVersion} ${object.kind}`, object);
  }
}

const nameOf = (definition: AnyResourceDefinition) => `${apiVersionOf(definition)} ${definition.kind}`;
const known = resources.filter((definition) => objects.has(nameOf(definition)));

describe.skipIf(objects.size === 0)('objects full of nonsense (skipped where they are absent)', () => {
  test.each(known.map((definition) => [nameOf(definition), definition] as const))(
    '%s is refused in words and printed all the same',
    (name, definition) => {
      const { strategy, subresources = {}, columns = [], selectableFields = {} } = definition;
      const old = defaulted(definition, objects.get(name));
      const object = defaulted(definition, objects.get(name));
      strategy.prepareForCreate?.(object, NOW);
      const errors = [...(strategy.validate?.(object) ?? [])];
      strategy.prepareForUpdate?.(object, old, NOW);
      errors.push(...(strategy.validateUpdate?.(object, old) ?? []));
      for (const { prepareForUpdate, validateUpdate } of Object.values(subresources)) {
        const part = defaulted(definition, objects.get(name));
        prepareForUpdate?.(part, old, NOW);
        errors.push(...(validateUpdate?.(part, old) ?? []));
      }
      for (const { field, message } of errors) {
        expect(field).toMatch(/^[a-z]/);
        expect(message).not.toContain('undefined');
      }
      for (const warning of strategy.warn?.(object, old) ?? []) expect(warning).not.toContain('undefined');
      for (const column of columns) expect(String(column.cell(object, 0))).not.toMatch(/undefined|NaN|\[object/);
      for (const read of Object.values(selectableFields)) expect(typeof read(object)).toBe('string');
    },
  );
});

import { expect, test } from 'vitest';
import { NOW } from '#api/testing/defaulted.ts';
import { decodeValue } from '#machinery/codec/json.ts';
import { applyDefaults } from '#machinery/defaults/apply-defaults.ts';
import { deepClone } from '#machinery/objects/deep-clone.ts';
import { type AnyResourceDefinition, apiVersionOf, type KubernetesObject } from './resource-definition.ts';
import { resources } from './resources.ts';

const nameOf = (definition: AnyResourceDefinition) => `${apiVersionOf(definition)} ${definition.kind}`;

function defaulted(definition: AnyResourceDefinition, object: unknown): KubernetesObject {
  const decoded = decodeValue(object, definition.schema).object;
  applyDefaults(definition.schema, decoded);
  definition.strategy.applyDefaults?.(decoded);
  return decoded as KubernetesObject;
}

const EMPTY = { metadata: { name: 'a', namespace: 'b' } };
const stored = resources.filter(({ verbs }) => verbs.includes('update'));

test.each(stored.map((definition) => [nameOf(definition), definition] as const))(
  '%s is defaulted once and for all, created, updated and checked even when there is nothing in it',
  (_, definition) => {
    const { strategy } = definition;
    const object = defaulted(definition, EMPTY);
    const again = deepClone(object);
    strategy.applyDefaults?.(again);
    expect(again).toEqual(object);
    const created = deepClone(object);
    strategy.prepareForCreate?.(created, NOW);
    const updated = deepClone(created);
    strategy.prepareForUpdate?.(updated, created, NOW);
    expect(updated).toEqual(created);
    for (const errors of [strategy.validate?.(created), strategy.validateUpdate?.(updated, created)]) {
      for (const error of errors ?? []) expect(error.field).not.toBe('');
    }
    for (const column of definition.columns ?? []) expect(column.cell(created, 0)).not.toBe(undefined);
    for (const read of Object.values(definition.selectableFields ?? {})) expect(typeof read(created)).toBe('string');
  },
);

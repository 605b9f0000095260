import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Pods } from '#api/core/v1/pod.ts';
import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import { apiVersionOf } from '#api/resource-definition.ts';
import { resources } from '#api/resources.ts';
import { flatFields } from '#machinery/codec/flat-fields.ts';
import { resolveSchema, type Schema } from '#machinery/schema/schema.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';

/** Past what numbers hold exactly, so that these are bigints here. */
const HUGE = '9223372036854775807';
const NUMBERS = [HUGE, '-9223372036854775808'];
const MARK = '"a number"';

let cluster: Cluster;
let call: ReturnType<typeof createCall>;
beforeAll(async () => {
  cluster = await Cluster.start({ scheduler: false, controllers: ['serviceaccount'] });
  call = createCall(await cluster.listen());
});
afterAll(() => cluster.stop());

/** Values of a schema that each say nothing but one int64, which is marked. */
function* withNumber(schema: Schema, within: readonly string[] = []): Generator<unknown> {
  const resolved = resolveSchema(schema);
  switch (resolved.type) {
    case 'scalar':
      if (resolved.scalar === 'int64') yield JSON.parse(MARK);
      return;
    case 'list':
      for (const item of withNumber(resolved.items, within)) yield [item];
      return;
    case 'map':
      for (const value of withNumber(resolved.values, within)) yield { a: value };
      return;
    case 'message': {
      if (within.includes(resolved.name)) return;
      for (const { name, field } of flatFields(resolved))
        for (const value of withNumber(field.schema, [...within, resolved.name])) yield { [name]: value };
    }
  }
}

const pathOf = (definition: AnyResourceDefinition): string =>
  `/${definition.group === '' ? 'api' : 'apis'}/${apiVersionOf(definition)}/${definition.namespaced ? 'namespaces/default/' : ''}${definition.plural}`;

const created = resources.filter(({ verbs }) => verbs.includes('create'));

test.each(created.map((definition) => [definition.kind, definition] as const))(
  'a %s with the largest and smallest numbers is created or refused, and never a fault',
  async (_kind, definition) => {
    const faults: string[] = [];
    for (const value of withNumber(definition.schema)) {
      const { metadata, ...rest } = value as { metadata?: object };
      const object = { ...rest, metadata: { name: 'huge', ...metadata } };
      for (const number of NUMBERS) {
        const body = JSON.stringify(object).replace(MARK, number);
        const { code, json } = await call(`${pathOf(definition)}?dryRun=All`, { method: 'POST', body });
        if (code >= 500) faults.push(`${body}: ${json.message}`);
      }
    }
    expect(faults).toEqual([]);
  },
);

describe('a pod that may take as long as can be said', () => {
  const path = '/api/v1/namespaces/default/pods';
  const make = async (name: string) => {
    const body = `{"metadata":{"name":"${name}"},"spec":{"nodeName":"n1","terminationGracePeriodSeconds":${HUGE},
      "tolerations":[{"operator":"Exists","effect":"NoExecute","tolerationSeconds":${HUGE}}],
      "containers":[{"name":"c","image":"i"}]}}`;
    const { code } = await call(path, { method: 'POST', body });
    expect(code).toBe(201);
  };

  test('is told to end, says so exactly, and ends sooner when asked', async () => {
    await make('slow');
    const deleted = await call(`${path}/slow`, { method: 'DELETE' });
    expect(deleted.code).toBe(200);
    expect(deleted.bytes.toString()).toContain(`"deletionGracePeriodSeconds":${HUGE}`);
    const { metadata } = (await call(`${path}/slow?gracePeriodSeconds=5`, { method: 'DELETE' })).json;
    expect(metadata.deletionGracePeriodSeconds).toBe(5);
    const lived = Date.parse(metadata.deletionTimestamp) - Date.parse(metadata.creationTimestamp);
    expect(lived).toBeLessThan(3_600_000);
    expect((await call(`${path}/slow?gracePeriodSeconds=0`, { method: 'DELETE' })).code).toBe(200);
    expect(await cluster.client.of(Pods).list({ namespace: 'default' })).toMatchObject({ items: [] });
  });

  test('is not changed by writing what was read', async () => {
    await make('same');
    const { bytes, json } = await call(`${path}/same`);
    const { code, json: written } = await call(`${path}/same`, { method: 'PUT', body: bytes.toString() });
    expect([code, written.metadata.resourceVersion]).toEqual([200, json.metadata.resourceVersion]);
  });
});

import { expect, test } from 'vitest';
import type { KubernetesObject, ResourceDefinition } from '#api/resource-definition.ts';
import { systemClock } from '#base/clock.ts';
import type { EventHandler } from '#client/informer.ts';
import { Controller } from './controller.ts';
import type { ControllerContext } from './manager.ts';

const Things = { kind: 'Thing', plural: 'things' } as unknown as ResourceDefinition<KubernetesObject>;
const thing = (name: string, owner?: string): KubernetesObject => ({
  metadata: {
    name,
    namespace: 'default',
    ...(owner
      ? { ownerReferences: [{ apiVersion: 'v1', kind: 'Owner', name: owner, uid: owner, controller: true }] }
      : {}),
  },
});

/** A controller of idle workers over an informer that tells what the test tells; ends with the test. */
const running = async (set: (controller: Controller) => Controller) => {
  let handler: EventHandler<KubernetesObject> = {};
  const informers = { of: () => ({ addHandler: (added: EventHandler<KubernetesObject>) => (handler = added) }) };
  const context = { informers, clock: systemClock } as unknown as ControllerContext;
  const worked: string[] = [];
  const controller = set(new Controller('test', context)).reconciles(async (key) => void worked.push(key));
  const stop = new AbortController();
  const ended = controller.run(stop.signal);
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    stop.abort();
    await ended;
    return worked;
  };
  await Promise.resolve();
  return { handler, settle };
};

test('an update is worked on once, also by workers that wait for work', async () => {
  const { handler, settle } = await running((controller) => controller.for(Things));
  handler.updated?.(thing('a'), thing('a'));
  expect(await settle()).toEqual(['default/a']);
});

test('an update that moves an object to another owner concerns both, the former one first', async () => {
  const { handler, settle } = await running((controller) => controller.owns(Things, 'Owner'));
  handler.updated?.(thing('a', 'new'), thing('a', 'old'));
  expect(await settle()).toEqual(['default/old', 'default/new']);
});

test('what changes while its key is worked on is worked on again', async () => {
  const { handler, settle } = await running((controller) => controller.for(Things));
  handler.updated?.(thing('a'), thing('a'));
  handler.deleted?.(thing('a'));
  expect(await settle()).toEqual(['default/a', 'default/a']);
});

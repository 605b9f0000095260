import { expect, test } from 'vitest';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { ObjectStore } from '#client/object-store.ts';
import { OwnWrites } from './own-writes.ts';

const object = (name: string, resourceVersion: number, uid = name): KubernetesObject => ({
  metadata: { name, namespace: 'default', uid, resourceVersion: String(resourceVersion) },
});
/** An informer that has seen what the test has put into it, and no more. */
const newInformer = () => ({ store: new ObjectStore<KubernetesObject>(), resourceVersion: '10' });
const names = (objects: readonly KubernetesObject[]) =>
  objects.map(({ metadata }) => `${metadata?.name}@${metadata?.resourceVersion}`);
const all = () => true;

test('an object that was created is there before the informer has seen it', () => {
  const informer = newInformer();
  const writes = new OwnWrites(informer);
  writes.wrote(object('a', 11));
  expect(names(writes.current([], all))).toEqual(['a@11']);
  expect(writes.current([], () => false)).toEqual([]);
});

test('a write gives way once the informer has passed it', () => {
  const informer = newInformer();
  const writes = new OwnWrites(informer);
  writes.wrote(object('a', 11));
  writes.wrote(object('b', 13));
  informer.resourceVersion = '12';
  expect(names(writes.current([], all))).toEqual(['b@13']);
});

test('an own write replaces an older copy and never a newer one', () => {
  const informer = newInformer();
  const writes = new OwnWrites(informer);
  informer.store.set(object('a', 10));
  writes.wrote(object('a', 11));
  expect([
    names(writes.current(informer.store.list(), all)),
    writes.get('default/a')?.metadata?.resourceVersion,
  ]).toEqual([['a@11'], '11']);
  informer.store.set(object('a', 12));
  informer.resourceVersion = '12';
  writes.wrote(object('a', 11));
  expect(names(writes.current(informer.store.list(), all))).toEqual(['a@12']);
});

test('a deleted object is gone before the informer has seen it, and its successor is not', () => {
  const informer = newInformer();
  const writes = new OwnWrites(informer);
  informer.store.set(object('a', 10, 'first'));
  writes.deleted(object('a', 10, 'first'));
  expect([writes.current(informer.store.list(), all), writes.get('default/a')]).toEqual([[], undefined]);
  informer.store.set(object('a', 14, 'second'));
  informer.resourceVersion = '14';
  expect(names(writes.current(informer.store.list(), all))).toEqual(['a@14']);
});

test('an object that was created and deleted before the informer saw either is gone', () => {
  const informer = newInformer();
  const writes = new OwnWrites(informer);
  writes.wrote(object('a', 11));
  writes.deleted(object('a', 11));
  expect(writes.current([], all)).toEqual([]);
  informer.resourceVersion = '12';
  expect(writes.current([], all)).toEqual([]);
});

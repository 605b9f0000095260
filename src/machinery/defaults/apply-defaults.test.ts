import { expect, test } from 'vitest';
import {
  inline,
  int32,
  lazy,
  list,
  type MessageSchema,
  map,
  message,
  opt,
  ptr,
  req,
  string,
} from '#machinery/schema/schema.ts';
import { applyDefaults } from './apply-defaults.ts';

const Probe = message('v1.Probe', { period: opt(1, int32, { default: 10 }) });
const Common = message('v1.Common', { policy: opt(1, string, { default: 'Always' }) });
const Container = message('v1.Container', {
  name: req(1, string),
  probe: ptr(2, Probe),
  common: inline(3, Common),
  ports: opt(4, list(int32)),
});
const Spec = message('v1.Spec', {
  containers: req(1, list(Container)),
  byName: opt(2, map(Container)),
  strategy: opt(3, Common, { default: {} }),
  replicas: ptr(4, int32, { default: 1 }),
});
const Tree: MessageSchema = message('v1.Tree', {
  policy: opt(1, string, { default: 'Always' }),
  children: opt(2, list(lazy<object>(() => Tree))),
});

test('absent members get their defaults, all the way down', () => {
  const object = {
    containers: [
      { name: 'a', probe: {} },
      { name: 'b', policy: 'Never' },
    ],
    byName: { c: { name: 'c' } },
  };
  applyDefaults(Spec, object);
  expect(object).toEqual({
    containers: [
      { name: 'a', probe: { period: 10 }, policy: 'Always' },
      { name: 'b', policy: 'Never' },
    ],
    byName: { c: { name: 'c', policy: 'Always' } },
    strategy: { policy: 'Always' },
    replicas: 1,
  });
});

test('zero behind a pointer is a value, an empty text is not', () => {
  const object = { containers: [{ name: 'a', policy: '' }], replicas: 0 };
  applyDefaults(Spec, object);
  expect(object).toMatchObject({ containers: [{ policy: 'Always' }], replicas: 0 });
});

test('defaults are copies', () => {
  const [first, second] = [{ containers: [] }, { containers: [] }] as { containers: []; strategy?: object }[];
  applyDefaults(Spec, first!);
  applyDefaults(Spec, second!);
  expect(first!.strategy).not.toBe(second!.strategy);
});

test('schemas that refer to themselves are filled at every level', () => {
  const object = { children: [{ children: [{}] }] };
  applyDefaults(Tree, object);
  expect(object).toEqual({ policy: 'Always', children: [{ policy: 'Always', children: [{ policy: 'Always' }] }] });
});

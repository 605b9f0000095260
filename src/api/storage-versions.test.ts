import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type HorizontalPodAutoscaler,
  HorizontalPodAutoscalersV1,
} from './autoscaling/v1/horizontal-pod-autoscaler.ts';
import { HorizontalPodAutoscalers } from './autoscaling/v2/horizontal-pod-autoscaler.ts';
import { Events } from './core/v1/event.ts';
import { type Event, EventsV1 } from './events/v1/event.ts';

const text = fc.string({ maxLength: 8 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const present = <T extends object>(object: T): T =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;

const events = fc
  .record({
    metadata: fc.record({ name: text, namespace: text }),
    eventTime: fc.constant('2026-01-02T03:04:05.000006Z'),
    reportingController: maybe(text),
    reportingInstance: maybe(text),
    action: maybe(text),
    reason: maybe(text),
    regarding: fc.record({ kind: text, name: text }),
    note: maybe(text),
    type: maybe(text),
    deprecatedSource: maybe(fc.record({ component: text })),
    deprecatedCount: maybe(fc.integer()),
  })
  .map((event) => ({ kind: 'Event', apiVersion: 'events.k8s.io/v1', ...present(event) }) as Event);

test('an event of either group is the same event', () => {
  const { toStorage, fromStorage } = EventsV1.storage!;
  expect(EventsV1.storage?.definition()).toBe(Events);
  fc.assert(
    fc.property(events, (event) => {
      const stored = toStorage(event);
      expect(stored.apiVersion).toBe('v1');
      expect(fromStorage(stored)).toEqual(event);
    }),
  );
});

const autoscalers = fc
  .record({
    annotations: maybe(fc.constant({ a: 'b' })),
    minReplicas: maybe(fc.nat()),
    maxReplicas: fc.nat(),
    target: fc.nat(),
    current: maybe(fc.nat()),
    currentReplicas: fc.nat(),
  })
  .map(
    ({ annotations, minReplicas, maxReplicas, target, current, currentReplicas }) =>
      ({
        kind: 'HorizontalPodAutoscaler',
        apiVersion: 'autoscaling/v1',
        metadata: present({ name: 'a', annotations }),
        spec: present({
          scaleTargetRef: { kind: 'Deployment', name: 'd' },
          minReplicas,
          maxReplicas,
          targetCPUUtilizationPercentage: target,
        }),
        status: present({ currentReplicas, desiredReplicas: 1, currentCPUUtilizationPercentage: current }),
      }) as HorizontalPodAutoscaler,
  );

test('an autoscaler of v1 comes back as it was stored', () => {
  const { toStorage, fromStorage } = HorizontalPodAutoscalersV1.storage!;
  expect(HorizontalPodAutoscalersV1.storage?.definition()).toBe(HorizontalPodAutoscalers);
  fc.assert(
    fc.property(autoscalers, (autoscaler) => {
      const stored = toStorage(autoscaler);
      expect(stored.apiVersion).toBe('autoscaling/v2');
      expect(fromStorage(stored)).toEqual(autoscaler);
    }),
  );
});

test('what v1 cannot say travels in annotations and comes back', () => {
  const { toStorage, fromStorage } = HorizontalPodAutoscalersV1.storage!;
  const stored = {
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v2',
    metadata: { name: 'a' },
    spec: {
      scaleTargetRef: { kind: 'Deployment', name: 'd' },
      maxReplicas: 3,
      metrics: [{ type: 'Pods', pods: { metric: { name: 'm' }, target: { type: 'AverageValue', averageValue: '5' } } }],
      behavior: { scaleDown: { selectPolicy: 'Max' } },
    },
    status: {
      currentReplicas: 1,
      desiredReplicas: 2,
      conditions: [{ type: 'AbleToScale', status: 'True' }],
    },
  };
  const shown = fromStorage(stored);
  expect(Object.keys(shown.metadata?.annotations ?? {})).toEqual([
    'autoscaling.alpha.kubernetes.io/metrics',
    'autoscaling.alpha.kubernetes.io/conditions',
    'autoscaling.alpha.kubernetes.io/behavior',
  ]);
  expect(toStorage(shown)).toEqual(stored);
});

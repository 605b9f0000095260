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
/** What is empty is as good as absent, and read as such. */
const said = fc.string({ minLength: 1, maxLength: 8 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const present = <T extends object>(object: T): T =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;

const events = fc
  .record({
    metadata: fc.record({ name: text, namespace: text }),
    eventTime: fc.constant('2026-01-02T03:04:05.000006Z'),
    reportingController: maybe(said),
    reportingInstance: maybe(said),
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
      const { 'autoscaling.alpha.kubernetes.io/current-metrics': current, ...annotations } =
        fromStorage(stored).metadata?.annotations ?? {};
      // How much of what is used is more than v1 says otherwise, and travels beside it.
      expect(current === undefined).toBe(autoscaler.status?.currentCPUUtilizationPercentage === undefined);
      const metadata = present({
        name: 'a',
        annotations: Object.keys(annotations).length > 0 ? annotations : undefined,
      });
      expect({ ...fromStorage(stored), metadata }).toEqual(autoscaler);
    }),
  );
});

const AUTOSCALING = 'autoscaling.alpha.kubernetes.io/';

test('what v1 cannot say travels in annotations as upstream writes them, and comes back', () => {
  const { toStorage, fromStorage } = HorizontalPodAutoscalersV1.storage!;
  const selector = { matchLabels: { a: 'b' } };
  const stored = {
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v2',
    metadata: { name: 'a' },
    spec: {
      scaleTargetRef: { kind: 'Deployment', name: 'd' },
      maxReplicas: 3,
      metrics: [
        {
          type: 'Pods',
          pods: { metric: { name: 'm', selector }, target: { type: 'AverageValue', averageValue: '5' } },
        },
        {
          type: 'Object',
          object: {
            describedObject: { kind: 'Service', name: 's' },
            target: { type: 'Value', value: '2' },
            metric: { name: 'o' },
          },
        },
        {
          type: 'ContainerResource',
          containerResource: {
            name: 'cpu',
            target: { type: 'Utilization', averageUtilization: 7 },
            container: 'c',
          },
        },
        { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
        { type: 'External', external: { metric: { name: 'e' }, target: { type: 'Value', value: '9' } } },
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
      ],
      behavior: {
        scaleDown: {
          selectPolicy: 'Max',
          policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }],
          tolerance: '100m',
        },
      },
    },
    status: {
      currentReplicas: 1,
      desiredReplicas: 2,
      currentMetrics: [
        { type: 'Resource', resource: { name: 'cpu', current: { averageValue: '3m', averageUtilization: 4 } } },
        { type: 'Pods', pods: { metric: { name: 'm' }, current: { averageValue: '6' } } },
      ],
      conditions: [{ type: 'AbleToScale', status: 'True', reason: 'r' }],
    },
  };
  const shown = fromStorage(stored) as HorizontalPodAutoscaler;
  expect(shown.spec?.targetCPUUtilizationPercentage).toBe(50);
  expect(shown.status?.currentCPUUtilizationPercentage).toBe(4);
  expect(shown.metadata?.annotations).toEqual({
    [`${AUTOSCALING}metrics`]: JSON.stringify([
      { type: 'Pods', pods: { metricName: 'm', targetAverageValue: '5', selector } },
      { type: 'Object', object: { target: { kind: 'Service', name: 's' }, metricName: 'o', targetValue: '2' } },
      {
        type: 'ContainerResource',
        containerResource: { name: 'cpu', targetAverageUtilization: 7, container: 'c' },
      },
      { type: 'Resource', resource: { name: 'memory', targetAverageValue: '1Gi' } },
      { type: 'External', external: { metricName: 'e', targetValue: '9' } },
    ]),
    [`${AUTOSCALING}current-metrics`]: JSON.stringify([
      { type: 'Resource', resource: { name: 'cpu', currentAverageUtilization: 4, currentAverageValue: '3m' } },
      { type: 'Pods', pods: { metricName: 'm', currentAverageValue: '6' } },
    ]),
    [`${AUTOSCALING}behavior`]:
      '{"ScaleUp":null,"ScaleDown":{"StabilizationWindowSeconds":null,"SelectPolicy":"Max","Policies":[{"Type":"Pods","Value":1,"PeriodSeconds":60}],"Tolerance":"100m"}}',
    [`${AUTOSCALING}conditions`]: '[{"type":"AbleToScale","status":"True","lastTransitionTime":null,"reason":"r"}]',
  });
  expect(toStorage(shown)).toEqual(stored);
});

test.each(['5', '{', '[5]', 'null', '{"a":1}'])('an annotation that carries %s to v2 carries nothing', (text) => {
  const { toStorage } = HorizontalPodAutoscalersV1.storage!;
  const annotations = Object.fromEntries(
    ['metrics', 'current-metrics', 'behavior', 'conditions'].map((name) => [`${AUTOSCALING}${name}`, text]),
  );
  const { metadata, spec } = toStorage({
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v1',
    metadata: { name: 'a', annotations },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'd' }, maxReplicas: 3 },
  } as HorizontalPodAutoscaler) as { metadata: object; spec: object };
  expect([metadata, spec]).toEqual([
    { name: 'a' },
    {
      scaleTargetRef: { kind: 'Deployment', name: 'd' },
      maxReplicas: 3,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
      ],
    },
  ]);
});

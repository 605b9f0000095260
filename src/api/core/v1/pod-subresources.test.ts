import { expect, test } from 'vitest';
import { defaulted, errorTexts } from '#api/testing/defaulted.ts';
import { deepClone } from '#machinery/objects/deep-clone.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { type Pod, Pods } from './pod.ts';

const OLD = defaulted<Pod>(Pods, {
  metadata: { name: 'a', namespace: 'b', labels: { x: 'y' }, resourceVersion: '1' },
  spec: { containers: [{ name: 'c', image: 'x', resources: { requests: { cpu: '1' } } }] },
  status: { phase: 'Running', qosClass: 'Burstable' },
});

function change(subresource: string, edit: (pod: Mutable<Pod>) => void): { pod: Mutable<Pod>; errors: string[] } {
  const pod = deepClone(OLD);
  edit(pod);
  const part = Pods.subresources?.[subresource];
  part?.prepareForUpdate?.(pod, OLD);
  return { pod, errors: errorTexts(part?.validateUpdate?.(pod, OLD)) };
}

test('a resize changes resources and nothing else', () => {
  const { pod, errors } = change('resize', ({ metadata, spec }) => {
    metadata!.labels = {};
    spec!.nodeName = 'n';
    spec!.containers[0]!.resources = { requests: { cpu: '2' } };
  });
  const expected = deepClone(OLD);
  expected.spec!.containers[0]!.resources = { requests: { cpu: '2' } };
  expect(pod).toEqual(expected);
  expect(errors).toEqual([]);
});

test('a resize does not change how well the pod is served, nor what cannot be resized', () => {
  const { errors } = change('resize', ({ spec }) => {
    spec!.containers[0]!.resources = { requests: { 'ephemeral-storage': '1Gi' } };
  });
  expect(errors).toEqual([
    'spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
    'spec: Forbidden: only cpu and memory resources are mutable',
  ]);
});

test('a container for debugging is added, and stays', () => {
  const debug = { name: 'd', image: 'x', terminationMessagePolicy: 'File', imagePullPolicy: 'Always' };
  const { pod, errors } = change('ephemeralcontainers', ({ spec }) => {
    spec!.containers = [];
    spec!.ephemeralContainers = [{ ...debug, targetContainerName: 'c' }];
  });
  expect(pod.spec).toEqual({ ...OLD.spec, ephemeralContainers: [{ ...debug, targetContainerName: 'c' }] });
  expect(errors).toEqual([]);
});

test('a status does not say who owns the pod and keeps its quality of service', () => {
  const { pod } = change('status', ({ metadata, status }) => {
    metadata!.ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name: 'x', uid: 'u' }];
    delete status!.qosClass;
  });
  expect(pod).toEqual(OLD);
});

import { expect, test } from 'vitest';
import type { Node } from '#api/core/v1/node.ts';
import type { VolumeAttachment } from '#api/storage/v1/volume-attachment.ts';
import { blockedMessage, type NodeView, planAttachments, type WantedVolume } from './attach-plan.ts';

const attachment = (volume: string, nodeName = 'a', deletionTimestamp?: string): VolumeAttachment => ({
  metadata: { name: `${volume}@${nodeName}`, ...(deletionTimestamp ? { deletionTimestamp } : {}) },
  spec: { attacher: 'x', nodeName, source: { persistentVolumeName: volume } },
});
const wanted = (volume: string, exclusive = true): WantedVolume => ({ volume, driver: 'x', handle: volume, exclusive });
const node = (volumesInUse: readonly string[] = [], taint?: string): Node => ({
  metadata: { name: 'a' },
  spec: taint ? { taints: [{ key: taint, effect: 'NoExecute' }] } : {},
  status: { volumesInUse },
});

const cases: readonly {
  readonly name: string;
  readonly view: Partial<NodeView>;
  readonly want: object;
}[] = [
  { name: 'wanted and missing', view: { wanted: [wanted('v')] }, want: { attach: ['v'] } },
  { name: 'wanted and there', view: { wanted: [wanted('v')], attachments: [attachment('v')] }, want: {} },
  { name: 'wanted on a node that is gone', view: { node: undefined, wanted: [wanted('v')] }, want: {} },
  {
    name: 'another node has it alone',
    view: { wanted: [wanted('v')], everywhere: [attachment('v', 'b')] },
    want: { blocked: ['v'] },
  },
  {
    name: 'another node has it, too',
    view: { wanted: [wanted('v', false)], everywhere: [attachment('v', 'b')] },
    want: { attach: ['v'] },
  },
  { name: 'not wanted any more', view: { attachments: [attachment('v')] }, want: { detach: ['v@a'] } },
  { name: 'on its way already', view: { attachments: [attachment('v', 'a', 'now')] }, want: {} },
  { name: 'still in use', view: { node: node(['v']), attachments: [attachment('v')] }, want: { waiting: ['v@a'] } },
  {
    name: 'in use for too long',
    view: { node: node(['v']), attachments: [attachment('v')], unwantedFor: () => 360_000 },
    want: { detach: ['v@a'] },
  },
  {
    name: 'in use by a node out of service',
    view: { node: node(['v'], 'node.kubernetes.io/out-of-service'), attachments: [attachment('v')] },
    want: { detach: ['v@a'] },
  },
  { name: 'its node is gone', view: { node: undefined, attachments: [attachment('v')] }, want: { detach: ['v@a'] } },
];

test.each(cases)('$name', ({ view, want }) => {
  const { attach, blocked, detach, waiting } = planAttachments({
    node: node(),
    wanted: [],
    attachments: [],
    everywhere: [],
    nameOf: ({ spec }) => spec.source.persistentVolumeName,
    unwantedFor: () => 0,
    ...view,
  });
  expect({
    attach: attach.map(({ volume }) => volume),
    blocked: blocked.map(({ volume }) => volume),
    detach: detach.map(({ metadata }) => metadata?.name),
    waiting,
  }).toEqual({ attach: [], blocked: [], detach: [], waiting: [], ...want });
});

test.each([
  ['nobody', [], "exclusively attached to one node and can't be attached to another"],
  [
    'pods of the namespace',
    [
      { namespace: 'a', name: 'x' },
      { namespace: 'a', name: 'y' },
    ],
    'used by pod(s) x, y',
  ],
  ['others', [{ namespace: 'b', name: 'z' }], 'used by 1 pod(s) in different namespaces'],
  [
    'both',
    [
      { namespace: 'a', name: 'x' },
      { namespace: 'b', name: 'z' },
    ],
    'used by pod(s) x and 1 pod(s) in different namespaces',
  ],
])('a pod hears that %s use the volume it waits for', (_, users, want) => {
  expect(blockedMessage('disk', 'a', users)).toBe(`Multi-Attach error for volume "disk" Volume is already ${want}`);
});

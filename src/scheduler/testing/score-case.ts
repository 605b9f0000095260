import type { Node } from '#api/core/v1/node.ts';
import type { Client } from '#client/client.ts';
import { Harness, makeNode, makePod, type NodeShape, type Outcome, type PodShape } from './harness.ts';

/** Nodes by name. */
export type Nodes = Readonly<Record<string, NodeShape & { readonly images?: Readonly<Record<string, number>> }>>;
/** By the name of the node. */
export type Scores = Readonly<Record<string, number>>;
/** Pods by the node that they are on. */
export type There = readonly (readonly [node: string, pod: PodShape])[];

/** What one plugin makes of each node for a pod. */
export function scores(client: Client, plugin: string, { nodes, there = [], pod, args }: Case): Outcome {
  const harness = new Harness(client, { plugins: [{ name: plugin, weight: 1 }], args: { [plugin]: args } });
  for (const [name, { images, ...shape }] of Object.entries(nodes)) {
    const node = makeNode(name, shape);
    const list = Object.entries(images ?? {}).map(([image, mebibytes]) => ({
      names: [image],
      sizeBytes: mebibytes * 1024 * 1024,
    }));
    harness.state.setNode({ ...node, status: { ...node.status, images: list } } as Node);
  }
  for (const [index, [node, shape]] of there.entries()) harness.place(makePod(`there-${index}`, shape), node);
  return harness.judge(makePod('pod', pod));
}

export interface Case {
  readonly nodes: Nodes;
  readonly there?: There;
  readonly pod: PodShape;
  readonly args?: object;
}

import type { Node } from '#api/core/v1/node.ts';

export const readyCondition = ({ status }: Node) => status?.conditions?.find(({ type }) => type === 'Ready');

export const isNodeReady = (node: Node): boolean => readyCondition(node)?.status === 'True';

import { Pods } from '#api/core/v1/pod.ts';
import type { Client } from '#client/client.ts';
import type { Extenders } from './extender/extenders.ts';
import type { PodInfo } from './state/pod-info.ts';

/** Writes the binding of a pod, or has it written by an extender that does so. Rejects when it is refused. */
export async function writeBinding(
  { pod, uid }: PodInfo,
  nodeName: string,
  { client, extenders }: { readonly client: Client; readonly extenders: Extenders },
): Promise<void> {
  if (extenders.mayBind(pod) && (await extenders.bind(pod, nodeName))) return;
  const { name = '', namespace = '' } = pod.metadata ?? {};
  const target = { apiVersion: 'v1', kind: 'Node', name: nodeName };
  const binding = { metadata: { name, namespace, uid }, target };
  await client.of(Pods).createSubresource(name, 'binding', binding, { namespace });
}

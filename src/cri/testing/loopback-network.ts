import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { PodNetwork, PodNetworkRequest } from '../runtime.ts';

/** A pod network in which every pod is alone with its loopback device; remembers who is attached. */
export interface LoopbackNetwork extends PodNetwork {
  readonly attached: ReadonlyMap<string, PodNetworkRequest>;
}

export function createLoopbackNetwork(): LoopbackNetwork {
  const attached = new Map<string, PodNetworkRequest>();
  return {
    attached,
    async start() {},
    async attach(request) {
      await promisify(execFile)('nsenter', [`--net=${request.netnsPath}`, 'ip', 'link', 'set', 'lo', 'up']);
      attached.set(request.sandboxId, request);
      return { ips: ['127.0.0.1'] };
    },
    async detach({ sandboxId }) {
      attached.delete(sandboxId);
    },
    status: async () => ({ ready: true, reason: '', message: '' }),
    async close() {},
  };
}

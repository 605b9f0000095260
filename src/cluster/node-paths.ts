import { createHash } from 'node:crypto';
import type { DataDirectory } from './data-directory.ts';

/** Where the local node keeps things: all in the data directory but for what must vanish with the machine's reboot. */
export const nodePaths = (data: DataDirectory) => ({
  containers: data.path('node', 'containers'),
  network: data.path('node', 'network'),
  kubelet: data.path('node', 'kubelet'),
  logs: data.path('node', 'logs'),
  /** Sockets and namespaces; short, because socket paths are. */
  state: `/run/knarr/${createHash('sha256').update(data.root).digest('hex').slice(0, 8)}`,
});

import type { Duplex } from 'node:stream';

/** Where ports are forwarded to. */
export interface ForwardTarget {
  /** What failures call it: the pod's sandbox. */
  readonly name: string;
  /** Rejects when nobody listens on the port. */
  readonly connect: (port: number) => Promise<Duplex>;
}

/** What clients are told, as upstream's kubelet says it: it calls a sandbox a pod, and knows no UID of it. */
export const forwardFailure = ({ name }: ForwardTarget, port: number, { message }: Error): string =>
  `error forwarding port ${port} to pod ${name}, uid : ${message}`;

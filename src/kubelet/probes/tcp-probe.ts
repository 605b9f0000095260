import { connect } from 'node:net';
import { dialError } from './http-probe.ts';
import { failure, type ProbeOutcome, success } from './outcome.ts';

/** Whether somebody accepts connections at an address. */
export function probeTcp(host: string, port: number, timeoutMs: number): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (outcome: ProbeOutcome) => {
      socket.destroy();
      resolve(outcome);
    };
    socket.setTimeout(timeoutMs, () => end(failure(`dial tcp ${host}:${port}: i/o timeout`)));
    socket.once('connect', () => end(success()));
    socket.once('error', (error) => end(failure(dialError(host, port, error))));
  });
}

import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { CriError } from '../../runtime.ts';
import { type EngineContext, requireSandbox } from '../engine-context.ts';
import { namespacePaths } from '../sandbox/sandbox-files.ts';
import { startRelay } from './relay.ts';
import { RelayStream } from './relay-stream.ts';

/** Connects to a TCP port on the loopback address in the sandbox. Rejects with `Unavailable` when it is refused. */
export async function portForward(context: EngineContext, sandboxId: string, port: number): Promise<Duplex> {
  const sandbox = requireSandbox(context, sandboxId);
  if (sandbox.state !== 'READY') throw new CriError('FailedPrecondition', `sandbox "${sandbox.id}" is not running`);
  const { network } = namespacePaths(context.paths, sandbox);
  try {
    return network === undefined ? await connectHere(port) : await connectInside(network, port);
  } catch (error) {
    const reason = (error as Error).message;
    const where = `failed to connect to localhost:${port} inside namespace "${sandbox.id}"`;
    throw new CriError('Unavailable', `failed to execute portforward in network namespace: ${where}: ${reason}`, {
      cause: error,
    });
  }
}

function connectHere(port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

async function connectInside(netnsPath: string, port: number): Promise<Duplex> {
  const relay = await startRelay({ args: ['tcp', String(port), 'input'], netnsPath });
  return new RelayStream(relay);
}

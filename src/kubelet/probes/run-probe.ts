import type { Probe } from '#api/core/v1/probe.ts';
import { CriError, type RuntimeService } from '#cri/runtime.ts';
import type { AnyContainer } from '../pod-parts.ts';
import { probeGrpc } from './grpc-probe.ts';
import { probeHttp } from './http-probe.ts';
import { errored, failure, type ProbeOutcome, success } from './outcome.ts';
import { probeTcp } from './tcp-probe.ts';

export interface ProbeTarget {
  readonly container: AnyContainer;
  readonly containerId: string;
  readonly podIP: string;
}

/** A port by number, or by the name a container gives it. Throws when nobody has that name. */
export function resolvePort(port: number | string, { ports = [], name }: AnyContainer): number {
  const found =
    typeof port === 'number' ? port : (ports.find((each) => each.name === port)?.containerPort ?? Number(port));
  if (Number.isInteger(found) && found > 0 && found < 65536) return found;
  throw new Error(`couldn't find port: ${JSON.stringify(port)} in container ${name}`);
}

/** Probes once. Never rejects. */
export async function runProbe(probe: Probe, target: ProbeTarget, runtime: RuntimeService): Promise<ProbeOutcome> {
  const { exec, httpGet, tcpSocket, grpc } = probe;
  const timeoutSeconds = probe.timeoutSeconds ?? 1;
  const timeoutMs = timeoutSeconds * 1000;
  try {
    if (exec) return await probeExec(exec.command ?? [], { target, runtime, timeoutSeconds });
    if (httpGet) {
      const port = resolvePort(httpGet.port, target.container);
      return await probeHttp(httpGet, { host: httpGet.host || target.podIP, port, timeoutMs });
    }
    if (tcpSocket) {
      return await probeTcp(tcpSocket.host || target.podIP, resolvePort(tcpSocket.port, target.container), timeoutMs);
    }
    if (grpc) return await probeGrpc({ host: target.podIP, port: grpc.port, timeoutMs }, grpc.service);
  } catch (error) {
    return errored((error as Error).message);
  }
  return errored(`missing probe handler for ${target.container.name}`);
}

async function probeExec(
  command: readonly string[],
  to: { readonly target: ProbeTarget; readonly runtime: RuntimeService; readonly timeoutSeconds: number },
): Promise<ProbeOutcome> {
  try {
    const { stdout, stderr, exitCode } = await to.runtime.execSync(to.target.containerId, command, to.timeoutSeconds);
    const output = Buffer.concat([stdout, stderr])
      .toString('utf8')
      .slice(0, 10 * 1024);
    return exitCode === 0 ? success(output) : failure(output);
  } catch (error) {
    if (error instanceof CriError && error.code === 'DeadlineExceeded') {
      return failure(`command timed out: "${command.join(' ')}" timed out after ${to.timeoutSeconds}s`);
    }
    throw error;
  }
}

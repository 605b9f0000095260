import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LifecycleHandler } from '#api/core/v1/probe.ts';
import type { Clock } from '#base/clock.ts';
import type { RuntimeService } from '#cri/runtime.ts';
import { millisecondsOf } from '#machinery/objects/seconds.ts';
import type { AnyContainer } from '../pod-parts.ts';
import { resolvePort } from '../probes/run-probe.ts';

export interface HookTarget {
  readonly container: AnyContainer;
  readonly containerId: string;
  readonly podIP: string;
  readonly runtime: RuntimeService;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Runs a postStart or preStop handler to its end. Rejects when it fails. */
export async function runHook(handler: LifecycleHandler, target: HookTarget): Promise<void> {
  const { exec, httpGet, sleep } = handler;
  if (exec) return runExec(exec.command ?? [], target);
  if (sleep) return target.clock.sleep(millisecondsOf(sleep.seconds), target.signal);
  if (!httpGet) throw new Error(`invalid handler: ${Object.keys(handler).join(', ')}`);
  const port = resolvePort(httpGet.port, target.container);
  const host = httpGet.host || target.podIP;
  const scheme = (httpGet.scheme ?? 'HTTP').toLowerCase();
  const headers = Object.fromEntries((httpGet.httpHeaders ?? []).map(({ name, value }) => [name, value]));
  const url = new URL(`${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}${httpGet.path ?? '/'}`);
  await send(url, headers, target.signal);
}

async function runExec(command: readonly string[], { runtime, containerId, container }: HookTarget): Promise<void> {
  const { stdout, stderr, exitCode } = await runtime.execSync(containerId, command);
  if (exitCode === 0) return;
  const output = Buffer.concat([stdout, stderr]).toString('utf8');
  throw new Error(
    `Exec lifecycle hook ([${command.join(' ')}]) for Container "${container.name}" failed - error: command '${command.join(' ')}' exited with ${exitCode}: ${output}, message: ${JSON.stringify(output)}`,
  );
}

function send(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<void> {
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    // As Go reads answers: lines may end without a carriage return.
    const options = { headers, rejectUnauthorized: false, agent: false, signal, insecureHTTPParser: true };
    const request = start(url, options, (response) => {
      response.resume();
      // That somebody answers is enough, whatever the answer.
      response.once('end', resolve).once('error', reject);
    });
    request.once('error', reject);
    request.end();
  });
}

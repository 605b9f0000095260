import type { ContainerStatus, RuntimeService } from '#cri/runtime.ts';
import { newInternalError, StatusError } from '#machinery/errors/status-error.ts';
import { type RemoteOptions, type RemoteStatus, type RemoteStreams, SUCCESS } from '../streaming/remote-streams.ts';

export type RemoteCommand =
  | { readonly type: 'exec'; readonly command: readonly string[] }
  | { readonly type: 'attach' };

/** Runs an exec or attach on streams that are there, and tells the client how it ended. */
export async function runRemoteCommand(
  runtime: RuntimeService,
  container: ContainerStatus,
  {
    request,
    options,
    streams,
  }: { readonly request: RemoteCommand; readonly options: RemoteOptions; readonly streams: RemoteStreams },
): Promise<void> {
  const { stdin, stdout, stderr, resize, signal } = streams;
  const attached = {
    ...(stdin ? { stdin } : {}),
    ...(stdout ? { stdout } : {}),
    ...(stderr ? { stderr } : {}),
    tty: options.tty,
    resize,
    signal,
  };
  let status: RemoteStatus;
  try {
    const code =
      request.type === 'exec'
        ? await runtime.exec(container.id, request.command, attached)
        : await attach(runtime, container, attached);
    status = code === 0 ? SUCCESS : exitStatus(code);
  } catch (error) {
    status = failureStatus(error as Error);
  }
  await streams.finish(status);
}

async function attach(
  runtime: RuntimeService,
  { id }: ContainerStatus,
  streams: Parameters<RuntimeService['attach']>[1],
) {
  await runtime.attach(id, streams);
  return 0;
}

/** How a command that ended with an error is told; clients read the exit code from the cause. */
export const exitStatus = (code: number): RemoteStatus =>
  ({
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  }) as unknown as RemoteStatus;

function failureStatus(error: Error): RemoteStatus {
  if (error instanceof StatusError) return error.status;
  // Runtimes serve streams themselves: no call of theirs fails on the way.
  return newInternalError(`error executing command in container: ${error.message}`).status;
}

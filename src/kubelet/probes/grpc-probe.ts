import { connect } from 'node:http2';
import { failure, type ProbeOutcome, success } from './outcome.ts';

const STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** Asks `grpc.health.v1.Health/Check`. */
export function probeGrpc(
  { host, port, timeoutMs }: { readonly host: string; readonly port: number; readonly timeoutMs: number },
  service = '',
): Promise<ProbeOutcome> {
  const address = `${host}:${port}`;
  return new Promise((resolve) => {
    const session = connect(`http://${address}`);
    const deadline = setTimeout(
      () =>
        end(
          failure(
            `timeout: failed to connect service "${address}" within ${timeoutMs / 1000}s: context deadline exceeded`,
          ),
        ),
      timeoutMs,
    );
    const end = (outcome: ProbeOutcome) => {
      clearTimeout(deadline);
      session.destroy();
      resolve(outcome);
    };
    session.once('error', (error) =>
      end(failure(`error: this server does not implement the grpc health protocol: ${error.message}`)),
    );
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': 'kube-probe/1.36',
    });
    const chunks: Buffer[] = [];
    let code: string | undefined;
    stream.on('response', (headers) => (code = headers['grpc-status'] as string | undefined));
    stream.on('trailers', (trailers) => (code = trailers['grpc-status'] as string | undefined));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.once('error', (error) => end(failure(error.message)));
    stream.once('end', () => end(read(Buffer.concat(chunks), code)));
    stream.end(encodeRequest(service));
  });
}

/** A gRPC frame with a HealthCheckRequest: field 1, the service. */
function encodeRequest(service: string): Buffer {
  const name = Buffer.from(service);
  const message = name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a, name.length]), name]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function read(frame: Buffer, code = '0'): ProbeOutcome {
  if (code === '12')
    return failure('error: this server does not implement the grpc health protocol (grpc.health.v1.Health)');
  if (code !== '0') return failure(`error: health rpc probe failed: rpc error: code = ${code}`);
  // Field 1 as a varint; absent is UNKNOWN.
  const status = frame.length >= 7 && frame[5] === 0x08 ? (frame[6] as number) : 0;
  return status === 1 ? success() : failure(`service unhealthy (responded with "${STATUSES[status] ?? status}")`);
}

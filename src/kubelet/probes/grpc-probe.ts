import { connect } from 'node:http2';
import { GrpcError, grpcAnswer, grpcFrame } from '#base/grpc.ts';
import { formatDuration } from '#machinery/objects/duration.ts';
import { failure, type ProbeOutcome, success } from './outcome.ts';

const STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** Asks `grpc.health.v1.Health/Check`. Never rejects. */
export function probeGrpc(
  { host, port, timeoutMs }: { readonly host: string; readonly port: number; readonly timeoutMs: number },
  service = '',
): Promise<ProbeOutcome> {
  const address = `${host}:${port}`;
  return new Promise((resolve) => {
    const session = connect(`http://${address}`);
    let isConnected = false;
    session.once('connect', () => (isConnected = true));
    const end = (outcome: ProbeOutcome) => {
      clearTimeout(deadline);
      session.destroy();
      resolve(outcome);
    };
    const fail = (error: GrpcError) =>
      end(isConnected ? failed(error, timeoutMs) : failure(notConnected(address, timeoutMs)));
    const deadline = setTimeout(() => fail(new GrpcError('DeadlineExceeded', 'context deadline exceeded')), timeoutMs);
    const lost = (error: Error) => fail(new GrpcError('Unavailable', error.message));
    session.once('error', lost);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': 'kube-probe/1.36',
    });
    const chunks: Buffer[] = [];
    let headers: Record<string, unknown> = {};
    stream.on('response', (first) => (headers = { ...first }));
    stream.on('trailers', (trailers) => (headers = { ...headers, ...trailers }));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.once('error', lost);
    stream.once('close', () => {
      const answer = grpcAnswer(headers, Buffer.concat(chunks)) ?? new GrpcError('Unavailable', 'connection closed');
      if (answer instanceof GrpcError) fail(answer);
      else end(judge(answer));
    });
    stream.end(grpcFrame(healthCheckRequest(service)));
  });
}

/** Upstream's client tries until the time is up, whatever goes wrong. */
const notConnected = (address: string, timeoutMs: number): string =>
  `timeout: failed to connect service "${address}" within ${formatDuration(timeoutMs)}: context deadline exceeded`;

function failed({ code, description, message }: GrpcError, timeoutMs: number): ProbeOutcome {
  switch (code) {
    case 'Unimplemented':
      return failure(
        `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${description}`,
      );
    case 'DeadlineExceeded':
      return failure(`timeout: health rpc did not complete within ${formatDuration(timeoutMs)}`);
    default:
      return failure(`error: health rpc probe failed: ${message}`);
  }
}

/** Field 1, the service. */
function healthCheckRequest(service: string): Uint8Array {
  const name = Buffer.from(service);
  if (name.length === 0) return name;
  const size: number[] = [];
  let rest = name.length;
  for (; rest > 127; rest >>>= 7) size.push((rest & 127) | 128);
  return Buffer.concat([Buffer.of(0x0a, ...size, rest), name]);
}

/** Field 1 as a varint; absent is UNKNOWN. */
function judge(message: Uint8Array): ProbeOutcome {
  const status = message[0] === 0x08 ? (message[1] ?? 0) : 0;
  return status === 1
    ? success('service healthy')
    : failure(`service unhealthy (responded with "${STATUSES[status] ?? status}")`);
}

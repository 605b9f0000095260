/** The codes of calls that fail, by their numbers, as Go's client writes them. */
const CODES = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
];

/** Flag and length in front of a message. */
const FRAME_HEAD = 5;

/** A call of a gRPC service that failed, as Go's client tells it. */
export class GrpcError extends Error {
  override readonly name = 'GrpcError';
  /** `Unavailable`, `DeadlineExceeded`. */
  readonly code: string;
  /** The message alone. */
  readonly description: string;

  constructor(code: string, description: string) {
    super(`rpc error: code = ${code} desc = ${description}`);
    this.code = code;
    this.description = description;
  }
}

/** A message as it goes over the wire: uncompressed, with its length in front. */
export function grpcFrame(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_HEAD + message.length);
  new DataView(frame.buffer).setUint32(1, message.length);
  frame.set(message, FRAME_HEAD);
  return frame;
}

/**
 * The message that a call with one answer got, or why it got none. `headers` are those of the answer and its trailers together, `body` is all that came
 * between them. Undefined when nothing was answered at all.
 */
export function grpcAnswer(
  headers: Readonly<Record<string, unknown>>,
  body: Uint8Array,
): Uint8Array | GrpcError | undefined {
  const { 'grpc-status': status, 'grpc-message': text = '', ':status': http } = headers;
  if (status === undefined && http === undefined) return undefined;
  if (status === undefined)
    return new GrpcError('Unknown', `unexpected HTTP status code received from server: ${http}`);
  if (status !== '0') return new GrpcError(CODES[Number(status)] ?? `Code(${status})`, unescaped(String(text)));
  const isWhole =
    body.length >= FRAME_HEAD && new DataView(body.buffer, body.byteOffset).getUint32(1) === body.length - FRAME_HEAD;
  if (isWhole) return body.subarray(FRAME_HEAD);
  return new GrpcError('Internal', 'cardinality violation: received no response message from non-server-streaming RPC');
}

/** Messages of errors are escaped as URLs are. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

import type { Logger } from '#base/logger.ts';

const CODES = new Set([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTCONN',
  'EPIPE',
  'ETIMEDOUT',
]);
/** Of Node's streams, its HTTP, TLS and parser, and of WebSockets. */
const PREFIXES = ['ERR_STREAM_', 'ERR_SOCKET_', 'ERR_HTTP_', 'ERR_HTTP2_', 'ERR_SSL_', 'ERR_TLS_', 'HPE_', 'WS_ERR_'];

/** Whether an error says that a connection broke: what it left half done belongs to that connection alone. */
export function isOfConnection(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && (CODES.has(code) || PREFIXES.some((prefix) => code.startsWith(prefix)));
}

/** What is used of `process`. */
interface Process {
  on(name: 'uncaughtException', listener: (error: Error) => void): unknown;
  exit(code: number): void;
}

/**
 * Keeps a cluster alive when a connection breaks that nobody listened to: a fault here, told with its stack, but no reason
 * to drop everybody else. Any other error that nobody caught ends the process as it would without this: what it left
 * half done is not known, and what was acknowledged is on the disk.
 */
export function surviveBrokenConnections(process: Process, logger: Logger): void {
  process.on('uncaughtException', (error) => {
    if (isOfConnection(error)) return logger.error('A connection broke and nobody listened', { stack: error.stack });
    logger.error('Uncaught error', { stack: error instanceof Error ? error.stack : String(error) });
    process.exit(1);
  });
}

/** A log line: a constant message plus keys and values. Levels as in klog: error, warn, info, debug. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** Values attached to a log line; errors are rendered with their stack at `debug` level only. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where components report what they do. Never throws. */
export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to every line. */
  with(fields: LogFields): Logger;
}

/** Builds a logger from one function that receives every line at or above `threshold`. */
export function createLogger(
  write: (level: LogLevel, message: string, fields: LogFields) => void,
  threshold: LogLevel = 'info',
  bound: LogFields = {},
): Logger {
  const order: LogLevel[] = ['error', 'warn', 'info', 'debug'];
  const limit = order.indexOf(threshold);
  const at = (level: LogLevel) => (message: string, fields?: LogFields) => {
    if (order.indexOf(level) <= limit) write(level, message, { ...bound, ...fields });
  };
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    with: (fields) => createLogger(write, threshold, { ...bound, ...fields }),
  };
}

/** Discards everything. */
export const silentLogger: Logger = createLogger(() => {});

/** One line of text for a log entry: `level message key=value …`. */
export function formatLogLine(level: LogLevel, message: string, fields: LogFields): string {
  const parts = Object.entries(fields).map(([key, value]) => `${key}=${formatLogValue(value)}`);
  return [level.toUpperCase().padEnd(5), message, ...parts].join(' ');
}

function formatLogValue(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(value.message);
  if (typeof value === 'string') return /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value);
  return typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'undefined');
}

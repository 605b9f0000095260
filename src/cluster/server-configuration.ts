import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { LogBackend } from '#apiserver/audit/log-backend.ts';
import { readAuditPolicy } from '#apiserver/audit/policy.ts';
import type { OperationsOptions } from '#apiserver/operations.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { ConfigFileError } from '#machinery/codec/config-file.ts';
import { parseDuration } from '#machinery/objects/duration.ts';
import {
  type EncryptionConfiguration,
  readEncryptionConfiguration,
} from '#storage/encryption/encryption-configuration.ts';
import { CommandError } from './command-error.ts';

/** Flags of `knarr up` that say how its API server is operated. */
export interface ServerFlags {
  readonly auditPolicy?: string;
  readonly auditLog?: string;
  readonly auditLogMaxsize?: string;
  readonly auditLogMaxbackup?: string;
  readonly encryptionConfig?: string;
  readonly eventTtl?: string;
  readonly shutdownDelay?: string;
}

export interface ServerConfiguration extends Omit<OperationsOptions, 'clock' | 'logger'> {
  /** How values are encrypted in the store. */
  readonly encryption?: EncryptionConfiguration;
  /** How long a server that stops serves on with a red `/readyz`. */
  readonly shutdownDelayMs?: number;
}

const MEGABYTE = 2 ** 20;

/** Reads the files that the flags name. Throws a `CommandError` that says which flag is wrong and why. */
export async function readServerConfiguration(
  flags: ServerFlags,
  parts: { readonly clock: Clock; readonly logger: Logger },
): Promise<ServerConfiguration> {
  const { encryptionConfig } = flags;
  const encryption =
    encryptionConfig === undefined
      ? undefined
      : await readConfiguration('--encryption-config', encryptionConfig, readEncryptionConfiguration);
  const audit = await readAudit(flags, parts);
  return {
    ...(audit ? { audit } : {}),
    ...(encryption ? { encryption } : {}),
    eventTtlMs: duration('--event-ttl', flags.eventTtl ?? '1h'),
    shutdownDelayMs: duration('--shutdown-delay', flags.shutdownDelay ?? '0s'),
    hostname: hostname(),
  };
}

async function readAudit(
  { auditPolicy, auditLog, auditLogMaxsize = '100', auditLogMaxbackup = '0' }: ServerFlags,
  parts: { readonly clock: Clock; readonly logger: Logger },
): Promise<OperationsOptions['audit']> {
  if (auditPolicy === undefined && auditLog === undefined) return undefined;
  if (auditPolicy === undefined) throw refusal('--audit-log', 'needs --audit-policy, which says what is written');
  if (auditLog === undefined) throw refusal('--audit-policy', 'needs --audit-log, the file that is written');
  const policy = await readConfiguration('--audit-policy', auditPolicy, readAuditPolicy);
  const maxBytes = wholeNumber('--audit-log-maxsize', auditLogMaxsize) * MEGABYTE;
  const maxBackups = wholeNumber('--audit-log-maxbackup', auditLogMaxbackup);
  try {
    const log = await LogBackend.open({
      path: auditLog,
      maxBytes: maxBytes || Number.MAX_SAFE_INTEGER,
      maxBackups,
      ...parts,
    });
    return { policy, backends: [log] };
  } catch (error) {
    throw refusal('--audit-log', (error as Error).message, error);
  }
}

/** The text of a file, read by `read`, whose complaints are told with the flag. */
async function readConfiguration<T>(flag: string, path: string, read: (text: string) => T): Promise<T> {
  try {
    return read(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof ConfigFileError) throw refusal(`${flag} ${path}`, error.message, error);
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw refusal(flag, (error as Error).message, error);
  }
}

function wholeNumber(flag: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw refusal(`${flag} ${JSON.stringify(text)}`, 'must be a whole number');
  return Number(text);
}

/** A duration as Go writes it (`1h`, `1h0m0s`, `90s`), in milliseconds. */
function duration(flag: string, text: string): number {
  try {
    const milliseconds = parseDuration(text);
    if (milliseconds >= 0) return milliseconds;
  } catch {
    // Told below, with the flag.
  }
  throw refusal(`${flag} ${JSON.stringify(text)}`, 'must be a duration such as 1h or 90s');
}

const refusal = (flag: string, detail: string, cause?: unknown) =>
  new CommandError(`read ${flag}: ${detail}`, { exitCode: 2, ...(cause === undefined ? {} : { cause }) });

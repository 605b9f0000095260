import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { readFeatureGates } from '#api/feature-gates.ts';
import type { AdmissionPluginChoice } from '#apiserver/admission/plugins.ts';
import type { AuditBackend } from '#apiserver/audit/audit-backend.ts';
import { BlockingWebhookBackend } from '#apiserver/audit/blocking-webhook-backend.ts';
import { LogBackend } from '#apiserver/audit/log-backend.ts';
import { readAuditPolicy } from '#apiserver/audit/policy.ts';
import { createEventPost } from '#apiserver/audit/post-events.ts';
import { TruncatingBackend } from '#apiserver/audit/truncating-backend.ts';
import { WebhookBackend } from '#apiserver/audit/webhook-backend.ts';
import type { OperationsOptions } from '#apiserver/operations.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { chooseControllers } from '#controllers/choose-controllers.ts';
import { controllers } from '#controllers/index.ts';
import { ConfigFileError } from '#machinery/codec/config-file.ts';
import { parseDuration } from '#machinery/objects/duration.ts';
import {
  readSchedulerConfiguration,
  type SchedulerConfiguration,
} from '#scheduler/configuration/scheduler-configuration.ts';
import {
  type EncryptionConfiguration,
  readEncryptionConfiguration,
} from '#storage/encryption/encryption-configuration.ts';
import { type AccessConfiguration, type AccessFlags, readAccessConfiguration } from './access-configuration.ts';
import { AccessReload } from './access-reload.ts';
import { type AdmissionFlags, readAdmissionFlags } from './admission-flags.ts';
import { CommandError } from './command-error.ts';
import { readWebhookKubeconfig } from './webhook-kubeconfig.ts';

/** Flags of `knarr up` that say how its API server is operated. */
export interface ServerFlags extends AccessFlags, AdmissionFlags {
  readonly auditPolicy?: string;
  readonly auditLog?: string;
  readonly auditLogMaxsize?: string;
  readonly auditLogMaxage?: string;
  readonly auditLogMaxbackup?: string;
  readonly auditLogCompress?: boolean;
  readonly auditWebhookConfigFile?: string;
  readonly auditWebhookMode?: string;
  readonly auditWebhookInitialBackoff?: string;
  readonly auditWebhookBatchMaxSize?: string;
  readonly auditWebhookBatchMaxWait?: string;
  readonly auditWebhookBatchBufferSize?: string;
  readonly auditLogTruncateEnabled?: boolean;
  readonly auditLogTruncateMaxBatchSize?: string;
  readonly auditLogTruncateMaxEventSize?: string;
  readonly auditWebhookTruncateEnabled?: boolean;
  readonly auditWebhookTruncateMaxBatchSize?: string;
  readonly auditWebhookTruncateMaxEventSize?: string;
  readonly encryptionConfig?: string;
  readonly encryptionConfigAutomaticReload?: boolean;
  readonly eventTtl?: string;
  readonly shutdownDelay?: string;
  readonly schedulerConfig?: string;
  readonly featureGates?: string;
  readonly controllers?: string;
}

export interface ServerConfiguration
  extends Omit<OperationsOptions, 'clock' | 'logger'>,
    AccessConfiguration,
    AdmissionPluginChoice {
  /** Features that are turned on. */
  readonly featureGates: ReadonlySet<string>;
  /** Names of the controllers that run, where they are not the default ones. */
  readonly controllers?: readonly string[];
  /** How values are encrypted in the store. */
  readonly encryption?: EncryptionConfiguration;
  /** The file that says so, where it is read again when it changes. */
  readonly encryptionFile?: { readonly path: string; readonly text: string };
  /** Profiles of the scheduler, where they are not the default one. */
  readonly scheduler?: SchedulerConfiguration;
  /** How long a server that stops serves on with a red `/readyz`. */
  readonly shutdownDelayMs?: number;
  /** Keeps up with the files that say who may. */
  readonly accessReload?: AccessReload;
}

const WEBHOOK_MODES = ['batch', 'blocking', 'blocking-strict'];
const MEGABYTE = 2 ** 20;
const DAY_MS = 24 * 3_600_000;

/** Reads the files that the flags name. Throws a `CommandError` that says which flag is wrong and why. */
export async function readServerConfiguration(flags: ServerFlags, parts: Parts): Promise<ServerConfiguration> {
  const { schedulerConfig } = flags;
  const scheduler =
    schedulerConfig === undefined
      ? undefined
      : await readConfiguration('--scheduler-config', schedulerConfig, readSchedulerConfiguration);
  const audit = await readAudit(flags, parts);
  return {
    ...(await readAccess(flags)),
    ...(await readAdmissionFlags(flags, readConfiguration)),
    ...(audit ? { audit } : {}),
    ...(await readEncryption(flags)),
    featureGates: gatesOf(flags.featureGates ?? ''),
    controllers: controllersOf(flags.controllers ?? '*'),
    ...(scheduler ? { scheduler } : {}),
    eventTtlMs: duration('--event-ttl', flags.eventTtl ?? '1h'),
    shutdownDelayMs: duration('--shutdown-delay', flags.shutdownDelay ?? '0s'),
    hostname: hostname(),
  };
}

function gatesOf(text: string): ReadonlySet<string> {
  try {
    return readFeatureGates(text);
  } catch (error) {
    throw refusal('--feature-gates', (error as Error).message, error);
  }
}

function controllersOf(text: string): readonly string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  try {
    chooseControllers(controllers, names);
  } catch (error) {
    throw refusal('--controllers', (error as Error).message, error);
  }
  return names;
}

async function readEncryption(flags: ServerFlags): Promise<Pick<ServerConfiguration, 'encryption' | 'encryptionFile'>> {
  const { encryptionConfig: path, encryptionConfigAutomaticReload: isReloaded } = flags;
  if (path === undefined) {
    if (isReloaded) throw refusal('--encryption-config-automatic-reload', 'needs --encryption-config');
    return {};
  }
  return readConfiguration('--encryption-config', path, (text) => ({
    encryption: readEncryptionConfiguration(text),
    ...(isReloaded ? { encryptionFile: { path, text } } : {}),
  }));
}

async function readAccess(flags: AccessFlags): Promise<AccessConfiguration & { readonly accessReload: AccessReload }> {
  const texts = new Map<string, string>();
  try {
    const initial = await readAccessConfiguration(flags, (flag, path, read) =>
      readConfiguration(flag, path, (text) => {
        texts.set(path, text);
        return read(text);
      }),
    );
    return { ...initial, accessReload: new AccessReload({ flags, initial, texts, read: readConfiguration }) };
  } catch (error) {
    if (error instanceof ConfigFileError)
      throw new CommandError(`read ${error.message}`, { exitCode: 2, cause: error });
    throw error;
  }
}

type Parts = { readonly clock: Clock; readonly logger: Logger };

async function readAudit(flags: ServerFlags, parts: Parts): Promise<OperationsOptions['audit']> {
  const { auditPolicy, auditLog, auditWebhookConfigFile } = flags;
  const target = auditLog === undefined ? '--audit-webhook-config-file' : '--audit-log';
  if (auditLog === undefined && auditWebhookConfigFile === undefined) {
    if (auditPolicy === undefined) return undefined;
    throw refusal('--audit-policy', 'needs --audit-log or --audit-webhook-config-file, where events go');
  }
  if (auditPolicy === undefined) throw refusal(target, 'needs --audit-policy, which says what is written');
  const policy = await readConfiguration('--audit-policy', auditPolicy, readAuditPolicy);
  const backends: AuditBackend[] = [];
  if (auditWebhookConfigFile !== undefined) {
    backends.push(truncated('webhook', flags, await openWebhook(auditWebhookConfigFile, flags, parts), parts));
  }
  if (auditLog !== undefined) backends.push(truncated('log', flags, await openLog(auditLog, flags, parts), parts));
  return { policy, backends };
}

/** The backend as it is, or behind limits on the size of events. */
function truncated(to: 'log' | 'webhook', flags: ServerFlags, backend: AuditBackend, { logger }: Parts): AuditBackend {
  const name = to === 'log' ? 'auditLogTruncate' : 'auditWebhookTruncate';
  if (!flags[`${name}Enabled`]) return backend;
  const flag = `--audit-${to}-truncate-max`;
  const maxEventBytes = wholeNumber(`${flag}-event-size`, flags[`${name}MaxEventSize`] ?? '102400');
  const maxBatchBytes = wholeNumber(`${flag}-batch-size`, flags[`${name}MaxBatchSize`] ?? '10485760');
  if (maxEventBytes === 0) throw refusal(`${flag}-event-size`, 'must be a positive number');
  if (maxBatchBytes < maxEventBytes) {
    throw refusal(`${flag}-batch-size`, `must be greater than max event size (${maxEventBytes})`);
  }
  return new TruncatingBackend(backend, { maxEventBytes, logger });
}

async function openWebhook(path: string, flags: ServerFlags, parts: Parts): Promise<AuditBackend> {
  const { url, ...access } = await readConfiguration('--audit-webhook-config-file', path, readWebhookKubeconfig);
  const { auditWebhookMode: mode = 'batch', auditWebhookInitialBackoff: backoff = '10s' } = flags;
  if (!WEBHOOK_MODES.includes(mode)) {
    throw refusal(`--audit-webhook-mode ${JSON.stringify(mode)}`, `must be one of ${WEBHOOK_MODES.join(', ')}`);
  }
  const post = createEventPost(url, access);
  const firstRetryMs = duration('--audit-webhook-initial-backoff', backoff);
  if (mode !== 'batch') {
    return new BlockingWebhookBackend({ ...parts, post, firstRetryMs, isStrict: mode === 'blocking-strict' });
  }
  const { auditWebhookBatchMaxSize: size = '400', auditWebhookBatchMaxWait: wait = '30s' } = flags;
  const { auditWebhookBatchBufferSize: buffer = '10000' } = flags;
  return new WebhookBackend({
    ...parts,
    post,
    firstRetryMs,
    maxBatch: wholeNumber('--audit-webhook-batch-max-size', size),
    maxWaitMs: duration('--audit-webhook-batch-max-wait', wait),
    maxBuffer: wholeNumber('--audit-webhook-batch-buffer-size', buffer),
  });
}

async function openLog(
  path: string,
  {
    auditLogMaxsize = '100',
    auditLogMaxbackup = '100',
    auditLogMaxage = '366',
    auditLogCompress: compress,
  }: ServerFlags,
  parts: Parts,
): Promise<AuditBackend> {
  const maxBytes = wholeNumber('--audit-log-maxsize', auditLogMaxsize) * MEGABYTE || Number.MAX_SAFE_INTEGER;
  const maxAgeMs = wholeNumber('--audit-log-maxage', auditLogMaxage) * DAY_MS;
  const maxBackups = wholeNumber('--audit-log-maxbackup', auditLogMaxbackup);
  try {
    return await LogBackend.open({ path, maxBytes, maxBackups, maxAgeMs, ...(compress ? { compress } : {}), ...parts });
  } catch (error) {
    throw refusal('--audit-log', (error as Error).message, error);
  }
}

/** The text of a file, read by `read`, whose complaints are told with the flag. */
async function readConfiguration<T>(flag: string, path: string, read: (text: string) => T | Promise<T>): Promise<T> {
  try {
    return await read(await readFile(path, 'utf8'));
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

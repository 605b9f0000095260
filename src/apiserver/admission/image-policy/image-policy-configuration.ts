import { ConfigFileError } from '#machinery/codec/config-file.ts';
import { parseYaml } from '#machinery/codec/yaml.ts';
import { formatDurationNanos } from '#machinery/objects/duration.ts';
import { isObject } from '#machinery/patch/patch-error.ts';
import type { HttpsAccess } from '../../authentication/json-request.ts';

/** Who is asked about images, and how long answers are believed. Times in milliseconds. */
export interface ImagePolicy {
  /** Absent while the file that names it has not been read. */
  readonly target?: HttpsAccess & { readonly url: string };
  readonly kubeConfigFile: string;
  readonly allowTtlMs: number;
  readonly denyTtlMs: number;
  readonly retryBackoffMs: number;
  /** Whether pods are let through when nobody can be asked. */
  readonly defaultAllow: boolean;
}

const ROOT = 'imagePolicy';
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HALF_AN_HOUR = 30 * MINUTE;

/** How each time is told: its unit, its bounds in milliseconds, and what 0 stands for. */
const TIMES = {
  retryBackoff: { unit: 1, least: 1e-6, most: 5 * MINUTE, usual: 500 },
  allowTTL: { unit: SECOND, least: SECOND, most: HALF_AN_HOUR, usual: 5 * MINUTE },
  denyTTL: { unit: SECOND, least: SECOND, most: HALF_AN_HOUR, usual: 30 * SECOND },
} as const;

/** Reads the configuration of the plugin; it has no kind. Throws a `ConfigFileError`. */
export function readImagePolicy(text: string): ImagePolicy {
  const root = parseYaml(text).value;
  const policy = isObject(root) ? root[ROOT] : undefined;
  if (!isObject(policy)) throw new ConfigFileError(`${ROOT}: must say who is asked about images`);
  const { kubeConfigFile, defaultAllow = false, target } = policy;
  if (typeof kubeConfigFile !== 'string' || kubeConfigFile === '') {
    throw new ConfigFileError(`${ROOT}.kubeConfigFile: must name a file`);
  }
  if (typeof defaultAllow !== 'boolean') throw new ConfigFileError(`${ROOT}.defaultAllow: must be true or false`);
  return {
    ...(target ? { target: target as NonNullable<ImagePolicy['target']> } : {}),
    kubeConfigFile,
    allowTtlMs: timeOf(policy, 'allowTTL'),
    denyTtlMs: timeOf(policy, 'denyTTL'),
    retryBackoffMs: timeOf(policy, 'retryBackoff'),
    defaultAllow,
  };
}

/** The same text with what the kubeconfig that it names says. */
export const withTarget = (text: string, target: NonNullable<ImagePolicy['target']>): string => {
  const root = parseYaml(text).value as Record<string, object>;
  return JSON.stringify({ ...root, [ROOT]: { ...root[ROOT], target } });
};

/** 0 is the usual time, -1 none. */
function timeOf(policy: Readonly<Record<string, unknown>>, name: keyof typeof TIMES): number {
  const value = policy[name] ?? 0;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new ConfigFileError(`${ROOT}.${name}: must be a whole number`);
  }
  const { unit, least, most, usual } = TIMES[name];
  if (value === -1) return 0;
  if (value === 0) return usual;
  const time = value * unit;
  if (time >= least && time <= most) return time;
  const shown = [least, most, time].map((each) => formatDurationNanos(BigInt(Math.round(each * 1e6))));
  throw new ConfigFileError(`valid value is between ${shown[0]} and ${shown[1]}, got ${shown[2]}`);
}

import { type FieldError, FieldPath, invalid } from '#machinery/errors/field-error.ts';

export type Level = 'privileged' | 'baseline' | 'restricted';

/** A level of the Pod Security Standards, as a minor version of Kubernetes v1 had it. */
export interface LevelVersion {
  readonly level: Level;
  readonly version: 'latest' | number;
}

/** What a namespace wants done with pods beyond each level. */
export interface Policy {
  readonly enforce: LevelVersion;
  readonly audit: LevelVersion;
  readonly warn: LevelVersion;
}

export const LATEST_MINOR = 36;
const LEVELS: readonly Level[] = ['privileged', 'baseline', 'restricted'];
const PREFIX = 'pod-security.kubernetes.io/';

/** `restricted:latest`, `baseline:v1.30`. */
export const printStandard = ({ level, version }: LevelVersion): string =>
  `${level}:${version === 'latest' ? 'latest' : `v1.${version}`}`;

export const isStricter = (a: Level, b: Level): boolean => LEVELS.indexOf(a) > LEVELS.indexOf(b);

type Labels = Readonly<Record<string, string>>;

export const parseLevel = (text: string): Level | undefined => LEVELS.find((level) => level === text);

/** `latest` or `v1.x`; undefined for anything else. */
export function parseVersion(text: string): LevelVersion['version'] | undefined {
  if (text === 'latest') return text;
  const minor = /^v1\.([0-9]|[1-9][0-9]*)$/.exec(text)?.[1];
  return minor === undefined ? undefined : Number(minor);
}

/**
 * The policy that a namespace's labels say, and what is wrong with them: what cannot be read is enforced at its
 * strictest, and neither audited nor warned of. Namespaces that enforce a level warn of it, too, unless they say otherwise.
 */
export function policyOf(
  labels: Labels = {},
  defaults: Policy,
): { readonly policy: Policy; readonly errors: readonly FieldError[] } {
  const errors: FieldError[] = [];
  const read = (mode: keyof Policy, whenWrong: Level): LevelVersion => {
    const level = readLevel(labels, mode, errors);
    const version = readVersion(labels, `${mode}-version`, errors);
    return {
      level: level === 'wrong' ? whenWrong : (level ?? defaults[mode].level),
      version: version ?? defaults[mode].version,
    };
  };
  const enforce = read('enforce', 'restricted');
  const audit = read('audit', 'privileged');
  const warn = read('warn', 'privileged');
  const says = (label: string) => labels[PREFIX + label] !== undefined;
  const enforces = parseLevel(labels[`${PREFIX}enforce`] ?? '') !== undefined;
  if (says('warn') || !enforces || !isStricter(enforce.level, warn.level)) {
    return { policy: { enforce, audit, warn }, errors };
  }
  const version = says('warn-version') ? warn.version : enforce.version;
  return { policy: { enforce, audit, warn: { level: enforce.level, version } }, errors };
}

const PATH = new FieldPath('metadata').child('labels');

function readLevel(labels: Labels, name: string, errors: FieldError[]): Level | 'wrong' | undefined {
  const text = labels[PREFIX + name];
  if (text === undefined) return undefined;
  const level = parseLevel(text);
  if (level !== undefined) return level;
  errors.push(invalid(PATH.key(PREFIX + name), text, `must be one of ${LEVELS.join(', ')}`));
  return 'wrong';
}

function readVersion(labels: Labels, name: string, errors: FieldError[]): LevelVersion['version'] | undefined {
  const text = labels[PREFIX + name];
  if (text === undefined) return undefined;
  const version = parseVersion(text);
  if (version !== undefined) return version;
  errors.push(invalid(PATH.key(PREFIX + name), text, 'must be "latest" or "v1.x"'));
  return 'latest';
}

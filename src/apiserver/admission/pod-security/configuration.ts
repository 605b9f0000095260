import { readConfigFile } from '#machinery/codec/config-file.ts';
import { duplicate, type FieldError, FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { type Infer, list, message, opt, string } from '#machinery/schema/schema.ts';
import { type Level, type LevelVersion, type Policy, parseLevel, parseVersion } from './level-version.ts';

const Defaults = message('PodSecurityDefaults', {
  enforce: opt(1, string),
  'enforce-version': opt(2, string),
  audit: opt(3, string),
  'audit-version': opt(4, string),
  warn: opt(5, string),
  'warn-version': opt(6, string),
});
const Exemptions = message('PodSecurityExemptions', {
  usernames: opt(1, list(string)),
  namespaces: opt(2, list(string)),
  runtimeClasses: opt(3, list(string)),
});
const Configuration = message('PodSecurityConfiguration', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  defaults: opt(1, Defaults),
  exemptions: opt(2, Exemptions),
});

/** What holds where a namespace's labels say nothing, and whom no level concerns. */
export interface PodSecurityConfiguration {
  readonly defaults: Policy;
  readonly exempt: {
    readonly users: ReadonlySet<string>;
    readonly namespaces: ReadonlySet<string>;
    readonly runtimeClasses: ReadonlySet<string>;
  };
}

const NOTHING: LevelVersion = { level: 'privileged', version: 'latest' };
const NOBODY: ReadonlySet<string> = new Set();

/** Without a file everything is allowed and nobody is exempt. */
export const DEFAULT_CONFIGURATION: PodSecurityConfiguration = {
  defaults: { enforce: NOTHING, audit: NOTHING, warn: NOTHING },
  exempt: { users: NOBODY, namespaces: NOBODY, runtimeClasses: NOBODY },
};

/** Reads a `PodSecurityConfiguration`. Throws a `ConfigFileError`. */
export function readPodSecurityConfiguration(text: string): PodSecurityConfiguration {
  const { defaults = {}, exemptions = {} } = readConfigFile(text, Configuration, {
    apiVersions: ['pod-security.admission.config.k8s.io/v1'],
    kind: 'PodSecurityConfiguration',
    validate,
  });
  const standard = (mode: keyof Policy): LevelVersion => ({
    level: (defaults[mode] || 'privileged') as Level,
    version: parseVersion(defaults[`${mode}-version`] || 'latest') ?? 'latest',
  });
  const { usernames, namespaces, runtimeClasses } = exemptions;
  return {
    defaults: { enforce: standard('enforce'), audit: standard('audit'), warn: standard('warn') },
    exempt: { users: new Set(usernames), namespaces: new Set(namespaces), runtimeClasses: new Set(runtimeClasses) },
  };
}

function validate({ defaults = {}, exemptions = {} }: Infer<typeof Configuration>): FieldError[] {
  const at = new FieldPath('exemptions');
  const { usernames, namespaces, runtimeClasses } = exemptions;
  return [
    ...(['enforce', 'warn', 'audit'] as const).flatMap((mode) => validateStandard(defaults, mode)),
    ...validateNames(at.child('namespaces'), namespaces, isDNS1123Label),
    ...validateNames(at.child('runtimeClasses'), runtimeClasses, isDNS1123Subdomain),
    ...validateNames(at.child('usernames'), usernames, (name) => (name === '' ? ['username must not be empty'] : [])),
  ];
}

function validateStandard(defaults: Infer<typeof Defaults>, mode: keyof Policy): FieldError[] {
  const at = new FieldPath('defaults');
  const [level, version] = [defaults[mode] ?? '', defaults[`${mode}-version`] ?? ''];
  return [
    ...(level !== '' && !parseLevel(level)
      ? [invalid(at.child(mode), level, 'must be one of privileged, baseline, restricted')]
      : []),
    ...(version !== '' && parseVersion(version) === undefined
      ? [invalid(at.child(`${mode}-version`), version, 'must be "latest" or "v1.x"')]
      : []),
  ];
}

function validateNames(at: FieldPath, names: readonly string[] = [], check: (name: string) => string[]): FieldError[] {
  return names.flatMap((name, index) => {
    const details = check(name);
    if (details.length > 0) return [invalid(at.index(index), name, details.join(', '))];
    return names.indexOf(name) < index ? [duplicate(at.index(index), name)] : [];
  });
}

import { ConfigFileError, readConfigFile } from '#machinery/codec/config-file.ts';
import { type FieldError, FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { parseDuration } from '#machinery/objects/duration.ts';
import { duration, type Infer, int32, list, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import { validateResources } from './encrypted-resources.ts';

export const Key = message('io.k8s.apiserver.config.v1.Key', { name: opt(1, string), secret: opt(2, string) });
export interface Key extends Infer<typeof Key> {}

const Keys = message('io.k8s.apiserver.config.v1.Keys', { keys: opt(1, list(Key)) });

/** A key management service behind a unix socket. */
export const Kms = message('io.k8s.apiserver.config.v1.KMSConfiguration', {
  apiVersion: opt(1, string),
  name: opt(2, string),
  cachesize: ptr(3, int32),
  endpoint: opt(4, string),
  timeout: ptr(5, duration),
});
export interface Kms extends Infer<typeof Kms> {}

export const Provider = message('io.k8s.apiserver.config.v1.ProviderConfiguration', {
  aesgcm: ptr(1, Keys),
  aescbc: ptr(2, Keys),
  secretbox: ptr(3, Keys),
  identity: ptr(4, message('io.k8s.apiserver.config.v1.IdentityConfiguration', {})),
  kms: ptr(5, Kms),
});
export interface Provider extends Infer<typeof Provider> {}

const ResourceConfiguration = message('io.k8s.apiserver.config.v1.ResourceConfiguration', {
  resources: opt(1, list(string)),
  providers: opt(2, list(Provider)),
});

/** How values of which resources are encrypted: the first provider writes, all of them read. */
export const EncryptionConfiguration = message('io.k8s.apiserver.config.v1.EncryptionConfiguration', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  resources: opt(1, list(ResourceConfiguration)),
});
export interface EncryptionConfiguration extends Infer<typeof EncryptionConfiguration> {}

const KMS_V1 =
  'error while building transformers: KMSv1 is deprecated and will only receive security updates going forward. Use KMSv2 instead.  Set --feature-gates=KMSv1=true to use the deprecated KMSv1 feature.';

/** Reads a file. Throws a `ConfigFileError`; no message shows a key. */
export function readEncryptionConfiguration(text: string): EncryptionConfiguration {
  const configuration = readConfigFile(text, EncryptionConfiguration, {
    apiVersions: ['apiserver.config.k8s.io/v1'],
    kind: 'EncryptionConfiguration',
    validate,
  });
  const providers = configuration.resources?.flatMap((each) => each.providers ?? []) ?? [];
  if (providers.some(({ kms }) => kms && versionOf(kms) === 'v1')) throw new ConfigFileError(KMS_V1);
  return configuration;
}

const DEFAULT_TIMEOUT_MS = 3000;

/** How long a call of a service may take, in milliseconds. */
export const timeoutOf = ({ timeout }: Kms): number =>
  timeout === undefined ? DEFAULT_TIMEOUT_MS : parseDuration(timeout);

/** Who does not say means the first version. */
const versionOf = ({ apiVersion }: Kms): string => apiVersion || 'v1';

const AES_BYTES = [16, 24, 32];
const KEY_BYTES = { aesgcm: AES_BYTES, aescbc: AES_BYTES, secretbox: [32] } as const;
type CipherName = keyof typeof KEY_BYTES;

const needed = (field: FieldPath, what = field.toString()) => required(field, `at least one ${what} is required`);

function validate({ resources = [] }: EncryptionConfiguration): FieldError[] {
  const root = new FieldPath('resources');
  if (resources.length === 0) return [needed(root)];
  const services = new Set<string>();
  return resources.flatMap(({ resources: names = [], providers = [] }, index) => {
    const [at, from] = [root.index(index).child('resources'), root.index(index).child('providers')];
    return [
      ...(names.length === 0 ? [needed(at)] : []),
      ...validateResources(names, at),
      ...(providers.length === 0 ? [needed(from)] : []),
      ...providers.flatMap((provider, each) => validateProvider(provider, from.index(each), services)),
    ];
  });
}

function validateProvider(provider: Provider, field: FieldPath, services: Set<string>): FieldError[] {
  const set = Object.entries(provider).filter(([, value]) => value !== undefined);
  const names = set.map(([name]) => name);
  if (names.length === 0)
    return [
      invalid(
        field,
        names,
        'provider does not contain any of the expected providers: KMS, AESGCM, AESCBC, Secretbox, Identity',
      ),
    ];
  // Upstream shows both with their keys.
  if (names.length > 1)
    return [
      invalid(
        field,
        names,
        'more than one provider specified in a single element, should split into different list elements',
      ),
    ];
  const [name, value] = set[0] as [CipherName | 'identity' | 'kms', Infer<typeof Keys>];
  if (name === 'identity') return [];
  if (name === 'kms') return validateKms(value as Kms, field.child('kms'), services);
  return validateKeys(name, value.keys ?? [], field.child(name, 'keys'));
}

function validateKeys(cipher: CipherName, keys: readonly Key[], field: FieldPath): FieldError[] {
  if (keys.length === 0) return [needed(field, 'keys')];
  const names = new Set<string>();
  return keys.flatMap(({ name = '', secret = '' }, index) => {
    const at = field.index(index);
    const errors: FieldError[] = [];
    if (name === '') errors.push(required(at.child('name'), 'name is a mandatory field for a key'));
    if (name.includes(':')) errors.push(invalid(at.child('name'), name, 'must hold no colon'));
    if (names.has(name)) errors.push(invalid(at.child('name'), name, 'must be unique'));
    names.add(name);
    return [...errors, ...validateSecret(secret, KEY_BYTES[cipher], at.child('secret'))];
  });
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function validateSecret(secret: string, sizes: readonly number[], field: FieldPath): FieldError[] {
  if (secret === '') return [required(field, 'secret is a mandatory field for a key')];
  if (!BASE64.test(secret)) return [invalid(field, 'REDACTED', 'secrets must be base64 encoded')];
  const { length } = Buffer.from(secret, 'base64');
  if (sizes.includes(length)) return [];
  const detail = `secret is not of the expected length, got ${length}, expected one of [${sizes.join(' ')}]`;
  return [invalid(field, 'REDACTED', detail)];
}

function validateKms(kms: Kms, field: FieldPath, services: Set<string>): FieldError[] {
  const { name = '', cachesize } = kms;
  const version = versionOf(kms);
  const errors: FieldError[] = [];
  const at = field.child('name');
  if (name === '') errors.push(required(at, 'name is a mandatory field for a provider'));
  if (version !== 'v1' && name.includes(':'))
    errors.push(invalid(at, name, `invalid KMS provider name ${name}, must not contain ':'`));
  if (services.has(name)) errors.push(invalid(at, name, `duplicate KMS provider name ${name}, names must be unique`));
  services.add(name);
  if (timeoutOf(kms) <= 0)
    errors.push(invalid(field.child('timeout'), kms.timeout, 'timeout should be a positive value'));
  errors.push(...validateEndpoint(kms.endpoint ?? '', field.child('endpoint')));
  if (version !== 'v1' && cachesize !== undefined)
    errors.push(invalid(field.child('cachesize'), cachesize, 'cachesize is not supported in v2'));
  if (version !== 'v1' && version !== 'v2') {
    const detail = 'unsupported apiVersion apiVersion for KMS provider, only v1 and v2 are supported';
    errors.push(invalid(field.child('apiVersion'), version, detail));
  }
  return errors;
}

function validateEndpoint(endpoint: string, field: FieldPath): FieldError[] {
  if (endpoint === '') return [invalid(field, '', 'endpoint is a mandatory field for a kms')];
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(endpoint)?.[1] ?? '';
  if (scheme === 'unix') return [];
  return [
    invalid(field, endpoint, `unsupported scheme ${JSON.stringify(scheme)} for KMS provider, only unix is supported`),
  ];
}

import { readConfigFile } from '#machinery/codec/config-file.ts';
import { type FieldError, FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import { type Infer, json, list, message, opt, ptr, string } from '#machinery/schema/schema.ts';

export const Key = message('io.k8s.apiserver.config.v1.Key', { name: opt(1, string), secret: opt(2, string) });
export interface Key extends Infer<typeof Key> {}

const Keys = message('io.k8s.apiserver.config.v1.Keys', { keys: opt(1, list(Key)) });

export const Provider = message('io.k8s.apiserver.config.v1.ProviderConfiguration', {
  aesgcm: ptr(1, Keys),
  aescbc: ptr(2, Keys),
  secretbox: ptr(3, Keys),
  identity: ptr(4, message('io.k8s.apiserver.config.v1.IdentityConfiguration', {})),
  kms: ptr(5, json),
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

/** Reads a file. Throws a `ConfigFileError`; no message shows a key. */
export const readEncryptionConfiguration = (text: string): EncryptionConfiguration =>
  readConfigFile(text, EncryptionConfiguration, {
    apiVersions: ['apiserver.config.k8s.io/v1'],
    kind: 'EncryptionConfiguration',
    validate,
  });

const KEY_BYTES = { aesgcm: [16, 24, 32], aescbc: [16, 24, 32], secretbox: [32] } as const;
type Cipher = keyof typeof KEY_BYTES;

function validate({ resources = [] }: EncryptionConfiguration): FieldError[] {
  const root = new FieldPath('resources');
  if (resources.length === 0) return [required(root, 'must be set')];
  return resources.flatMap(({ resources: names = [], providers = [] }, index) => {
    const at = root.index(index);
    return [
      ...(names.length === 0 ? [required(at.child('resources'), 'must be set')] : []),
      ...names.flatMap((name, each) => validateName(name, at.child('resources').index(each))),
      ...(providers.length === 0 ? [required(at.child('providers'), 'must be set')] : []),
      ...providers.flatMap((provider, each) => validateProvider(provider, at.child('providers').index(each))),
    ];
  });
}

function validateName(name: string, field: FieldPath): FieldError[] {
  if (name === '*')
    return [
      invalid(field, name, "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources"),
    ];
  return name === '' ? [required(field, 'must be set')] : [];
}

function validateProvider(provider: Provider, field: FieldPath): FieldError[] {
  const set = Object.entries(provider).filter(([, value]) => value !== undefined);
  if (set.length !== 1)
    return [invalid(field, set.length, 'exactly one of aesgcm, aescbc, secretbox and identity must be set')];
  if (provider.kms !== undefined) return [forbidden(field.child('kms'), 'key management services are not supported')];
  const [cipher, value] = set[0] as [Cipher | 'identity', Infer<typeof Keys>];
  return cipher === 'identity' ? [] : validateKeys(cipher, value.keys ?? [], field.child(cipher, 'keys'));
}

function validateKeys(cipher: Cipher, keys: readonly Key[], field: FieldPath): FieldError[] {
  if (keys.length === 0) return [required(field, 'at least one key is needed')];
  const names = new Set<string>();
  return keys.flatMap(({ name = '', secret = '' }, index) => {
    const at = field.index(index);
    const errors: FieldError[] = [];
    if (name === '' || name.includes(':'))
      errors.push(invalid(at.child('name'), name, 'must be set and hold no colon'));
    if (names.has(name)) errors.push(invalid(at.child('name'), name, 'must be unique'));
    names.add(name);
    const length = Buffer.from(secret, 'base64').length;
    if (!(KEY_BYTES[cipher] as readonly number[]).includes(length)) {
      const detail = `secret must be the base64 of ${KEY_BYTES[cipher].join(', ')} bytes, is of ${length}`;
      errors.push(invalid(at.child('secret'), 'REDACTED', detail));
    }
    return errors;
  });
}

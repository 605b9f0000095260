import { immutable } from '#api/checks.ts';
import { DecodeError } from '#machinery/codec/decode-error.ts';
import { parseJsonValue } from '#machinery/codec/json-syntax.ts';
import { type FieldError, FieldPath, invalid, required, tooLong } from '#machinery/errors/field-error.ts';
import { isConfigMapKey } from '#machinery/names/key.ts';
import { decodeBase64 } from '#machinery/objects/base64.ts';
import { sealedErrors } from './config-map-validation.ts';
import { base64Size, MAX_DATA_BYTES } from './data-size.ts';
import type { Secret } from './secret.ts';

const DATA = new FieldPath('data');
const ACCOUNT_ANNOTATION = 'kubernetes.io/service-account.name';

export function validateSecret(secret: Secret): FieldError[] {
  const data = secret.data ?? {};
  const errors = Object.keys(data).flatMap((key) =>
    isConfigMapKey(key).map((detail) => invalid(DATA.key(key), key, detail)),
  );
  const size = Object.values(data).reduce((sum, value) => sum + base64Size(value), 0);
  if (size > MAX_DATA_BYTES) errors.push(tooLong(DATA, MAX_DATA_BYTES));
  return [...errors, ...validateByType(secret, data)];
}

type Data = NonNullable<Secret['data']>;

function validateByType({ type, metadata }: Secret, data: Data): FieldError[] {
  switch (type) {
    case 'kubernetes.io/service-account-token':
      return metadata?.annotations?.[ACCOUNT_ANNOTATION]
        ? []
        : [required(new FieldPath('metadata').child('annotations').key(ACCOUNT_ANNOTATION))];
    case 'kubernetes.io/dockercfg':
      return requireJson(data, '.dockercfg');
    case 'kubernetes.io/dockerconfigjson':
      return requireJson(data, '.dockerconfigjson');
    case 'kubernetes.io/basic-auth':
      return 'username' in data || 'password' in data ? [] : requireKeys(data, ['username', 'password']);
    case 'kubernetes.io/ssh-auth':
      return data['ssh-privatekey'] ? [] : [required(DATA.key('ssh-privatekey'))];
    case 'kubernetes.io/tls':
      return requireKeys(data, ['tls.crt', 'tls.key']);
    default:
      return [];
  }
}

const requireKeys = (data: Data, keys: readonly string[]): FieldError[] =>
  keys.filter((key) => !(key in data)).map((key) => required(DATA.key(key)));

function requireJson(data: Data, key: string): FieldError[] {
  const text = data[key];
  if (text === undefined) return [required(DATA.key(key))];
  try {
    parseJsonValue(new TextDecoder().decode(decodeBase64(text)));
    return [];
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return [invalid(DATA.key(key), '<secret contents redacted>', error.message)];
  }
}

export const validateSecretUpdate = (secret: Secret, old: Secret): FieldError[] => [
  ...immutable(new FieldPath('type'), secret.type, old.type),
  ...sealedErrors(secret, old, ['data']),
];

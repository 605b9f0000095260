import type { Strategy } from '#api/resource-definition.ts';
import { encodeBase64 } from '#machinery/objects/base64.ts';
import type { Secret } from './secret.ts';
import { validateSecret, validateSecretUpdate } from './secret-validation.ts';

const encoder = new TextEncoder();

export const secretStrategy: Strategy<Secret> = {
  validate: validateSecret,
  validateUpdate: validateSecretUpdate,
  updateChecks: 'changes first',
  applyDefaults(secret) {
    secret.type ||= 'Opaque';
    if (secret.stringData === undefined) return;
    const data = { ...secret.data };
    for (const [key, text] of Object.entries(secret.stringData)) data[key] = encodeBase64(encoder.encode(text));
    if (Object.keys(data).length > 0) secret.data = data;
    delete secret.stringData;
  },
};

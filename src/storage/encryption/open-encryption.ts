import { type Store, UnavailableValueError } from '../store.ts';
import { DecryptionError, EncryptedStore } from './encrypted-store.ts';
import type { EncryptionConfiguration } from './encryption-configuration.ts';
import { KmsProviders, type KmsProvidersOptions } from './kms/kms-providers.ts';
import { isEncrypted } from './transformer.ts';

/** Values looked at before other work gets its turn. */
const PAGE = 1000;

/**
 * The store through a configuration, once it is sure that all values can be read, or that it takes a service to tell. Rejects
 * with a `DecryptionError` when not: a key is missing or wrong, or there is no configuration although values are encrypted.
 */
export async function openEncryption(
  store: Store,
  configuration: EncryptionConfiguration | undefined,
  options: KmsProvidersOptions = {},
): Promise<Store> {
  const services = configuration ? await KmsProviders.open(configuration, options) : KmsProviders.none;
  const opened = configuration ? new EncryptedStore(store, configuration, { ...options, services }) : store;
  try {
    await readAll(opened, configuration);
    return opened;
  } catch (error) {
    if (error instanceof UnavailableValueError) {
      options.logger?.error('read stored values failed', { error: error.message });
      return opened;
    }
    services.close();
    throw error;
  }
}

async function readAll(opened: Store, configuration: EncryptionConfiguration | undefined): Promise<void> {
  let after = '';
  for (let more = true; more; ) {
    const page = await opened.range('/', { limit: PAGE, ...(after === '' ? {} : { after }) });
    for (const { key, value } of configuration ? [] : page.values) {
      if (isEncrypted(value)) throw new DecryptionError(key, new Error('no encryption configuration was given'));
    }
    more = page.more;
    after = page.values.at(-1)?.key ?? after;
  }
}

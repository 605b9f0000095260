import type { FieldError } from '../errors/field-error.ts';
import type { Infer, MessageSchema } from '../schema/schema.ts';
import { DecodeError } from './decode-error.ts';
import { decodeValue } from './json.ts';
import { parseYaml } from './yaml.ts';

/** A configuration file says something else than it should. */
export class ConfigFileError extends Error {
  override readonly name = 'ConfigFileError';
}

/**
 * Reads a configuration file, YAML or JSON, of one kind. Throws a `ConfigFileError` that names every unknown field, the first value of
 * a wrong type, and what `validate` finds.
 */
export function readConfigFile<S extends MessageSchema>(
  text: string,
  schema: S,
  options: {
    readonly apiVersions: readonly string[];
    readonly kind: string;
    readonly validate?: (config: Infer<S>) => readonly FieldError[];
  },
): Infer<S> {
  try {
    const { value, problems } = parseYaml(text);
    const { apiVersion, kind } = (value ?? {}) as { apiVersion?: unknown; kind?: unknown };
    if (kind !== options.kind || !options.apiVersions.includes(String(apiVersion))) {
      throw new ConfigFileError(`must be of kind ${options.kind}, ${options.apiVersions.join(' or ')}`);
    }
    const decoded = decodeValue(value, schema);
    const object = decoded.object as Infer<S>;
    const errors = options.validate?.(object) ?? [];
    const texts = [...problems, ...decoded.problems, ...errors.map(({ field, message }) => `${field}: ${message}`)];
    if (texts.length > 0) throw new ConfigFileError(texts.join(', '));
    return object;
  } catch (error) {
    if (error instanceof ConfigFileError) throw error;
    const path = error instanceof DecodeError && error.path !== '' ? `${error.path}: ` : '';
    throw new ConfigFileError(`${path}${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

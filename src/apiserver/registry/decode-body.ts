import { Scale } from '#api/autoscaling/v1/scale.ts';
import { DeleteOptions as DeleteOptionsSchema } from '#api/meta/v1/delete-options.ts';
import { type AnyResourceDefinition, apiVersionOf, type KubernetesObject } from '#api/resource-definition.ts';
import type { PatchType } from '#client/transport.ts';
import { DecodeError } from '#machinery/codec/decode-error.ts';
import { type Decoded, decodeJson, decodeValue } from '#machinery/codec/json.ts';
import { decodeProtobuf } from '#machinery/codec/protobuf.ts';
import { parseYaml, type YamlDocument } from '#machinery/codec/yaml.ts';
import { applyDefaults } from '#machinery/defaults/apply-defaults.ts';
import { newBadRequest } from '#machinery/errors/status-error.ts';
import type { Infer, MessageSchema, Mutable } from '#machinery/schema/schema.ts';
import type { ResourceRequest } from '../request.ts';
import { bareType, encodingOf, unsupported } from './media-type.ts';
import type { FieldValidation } from './write-options.ts';

type Owned = Mutable<KubernetesObject>;

/** The object in a request's body, defaulted and owned by the caller. */
export function decodeObject(
  definition: AnyResourceDefinition,
  request: ResourceRequest,
  fieldValidation: FieldValidation,
): Owned {
  const decoded = decodeBody(request, definition.schema, kindText(definition));
  checkKind(definition, decoded.object as KubernetesObject);
  reportProblems(decoded.problems, definition, { fieldValidation, warnings: request.warnings });
  return finishDecoded(definition, decoded.object as Owned);
}

/** The same for a value that was parsed already. */
export function decodeValueAs(
  definition: AnyResourceDefinition,
  value: unknown,
  options: { readonly fieldValidation: FieldValidation; readonly warnings: string[] },
): Owned {
  const decoded = handled(kindText(definition), () => decodeValue(value, definition.schema));
  checkKind(definition, decoded.object as KubernetesObject);
  reportProblems(decoded.problems, definition, options);
  return finishDecoded(definition, decoded.object as Owned);
}

/** A body of some other kind (a Binding, an Eviction, a review), defaulted. */
export function decodeAs<S extends MessageSchema>(schema: S, request: ResourceRequest): Mutable<Infer<S>> {
  const { object } = decodeBody(request, schema, shortName(schema));
  applyDefaults(schema, object);
  return object;
}

export const decodeScale = (request: ResourceRequest): Scale => decodeAs(Scale, request) as Scale;

/** The DeleteOptions in a body; undefined when there is none. */
export function decodeDeleteOptionsBody(request: ResourceRequest): DeleteOptionsSchema | undefined {
  const { body } = request;
  if (body.type === 'none' || (body.type === 'bytes' && body.bytes.length === 0)) return undefined;
  return decodeBody(request, DeleteOptionsSchema, 'DeleteOptions').object as DeleteOptionsSchema;
}

/** The kind of patch that a body is; throws a 415 for those that are not supported. */
export function patchTypeOf({ body }: ResourceRequest, supported: readonly PatchType[]): PatchType {
  if (body.type === 'none') throw newBadRequest('patch body is empty');
  const type = (body.type === 'object' ? body.patchType : bareType(body.contentType)) as PatchType;
  if (!supported.includes(type)) throw unsupported(supported);
  return type;
}

/** What is applied, parsed, and what a strict reader says of it. Errors begin with `prefix`. */
export function decodeApplied({ body }: ResourceRequest, prefix: string): YamlDocument {
  if (body.type === 'none') throw newBadRequest('patch body is empty');
  if (body.type === 'object') return { value: body.object, problems: [] };
  try {
    return parseYaml(textOf(body.bytes));
  } catch (error) {
    if (error instanceof DecodeError) throw newBadRequest(`${prefix}${error.message}`);
    throw error;
  }
}

function decodeBody<S extends MessageSchema>(request: ResourceRequest, schema: S, name: string): Decoded<Infer<S>> {
  const { body } = request;
  switch (body.type) {
    case 'none':
      throw emptyBody(name);
    case 'object':
      return handled(name, () => decodeValue(body.object, schema));
    case 'bytes': {
      if (body.bytes.length === 0) throw emptyBody(name);
      const encoding = encodingOf(body.contentType);
      return handled(name, () => DECODERS[encoding](body.bytes, schema) as Decoded<Infer<S>>);
    }
  }
}

const DECODERS = {
  json: decodeJson,
  yaml: decodeYaml,
  protobuf: (bytes: Uint8Array, schema: MessageSchema) => ({ object: decodeProtobuf(bytes, schema), problems: [] }),
} as const;

function decodeYaml(bytes: Uint8Array, schema: MessageSchema): Decoded<Infer<MessageSchema>> {
  const { value, problems } = parseYaml(textOf(bytes));
  const decoded = decodeValue(value, schema);
  return { object: decoded.object, problems: [...problems, ...decoded.problems] };
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const emptyBody = (name: string) =>
  newBadRequest(
    `the object provided is unrecognized (must be of type ${name}): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)`,
  );

function handled<R>(name: string, decode: () => R): R {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError)
      throw newBadRequest(`${name} in version "v1" cannot be handled as a ${name}: ${error.message}`);
    throw error;
  }
}

export function checkKind(definition: AnyResourceDefinition, object: KubernetesObject): void {
  const expected = apiVersionOf(definition);
  const { kind, apiVersion } = object;
  if (kind && kind !== definition.kind) {
    throw newBadRequest(
      `${kind} in version ${JSON.stringify(apiVersion?.split('/').at(-1) ?? '')} cannot be handled as a ${definition.kind}: converting (v1.${kind}) to (v1.${definition.kind}): unknown conversion`,
    );
  }
  if (apiVersion && apiVersion !== expected) {
    throw newBadRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  }
}

function reportProblems(
  problems: readonly string[],
  definition: AnyResourceDefinition,
  options: { readonly fieldValidation: FieldValidation; readonly warnings: string[] },
): void {
  if (problems.length === 0 || options.fieldValidation === 'Ignore') return;
  if (options.fieldValidation === 'Warn') {
    options.warnings.push(...problems);
    return;
  }
  const { kind, version } = definition;
  throw newBadRequest(
    `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: strict decoding error: ${problems.join(', ')}`,
  );
}

/** Gives a decoded object its kind and its defaults. */
export function finishDecoded(definition: AnyResourceDefinition, object: Owned): Owned {
  object.kind = definition.kind;
  object.apiVersion = apiVersionOf(definition);
  applyDefaults(definition.schema, object);
  definition.strategy.applyDefaults?.(object);
  return object;
}

const kindText = ({ kind }: AnyResourceDefinition) => kind;
const shortName = (schema: MessageSchema) => schema.name.slice(schema.name.lastIndexOf('.') + 1);

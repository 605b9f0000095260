import { Scale } from '#api/autoscaling/v1/scale.ts';
import { typeOfSchema } from '#api/kinds.ts';
import { DeleteOptions as DeleteOptionsSchema } from '#api/meta/v1/delete-options.ts';
import { type AnyResourceDefinition, apiVersionOf, type KubernetesObject } from '#api/resource-definition.ts';
import { append } from '#base/append.ts';
import type { PatchType } from '#client/transport.ts';
import { DecodeError } from '#machinery/codec/decode-error.ts';
import { diagnose } from '#machinery/codec/diagnose.ts';
import { type Decoded, decodeJson, decodeValue } from '#machinery/codec/json.ts';
import { decodeProtobuf } from '#machinery/codec/protobuf.ts';
import { parseYaml, type YamlDocument } from '#machinery/codec/yaml.ts';
import { applyDefaults } from '#machinery/defaults/apply-defaults.ts';
import { newBadRequest, newNotConsumable } from '#machinery/errors/status-error.ts';
import { sortedMembers } from '#machinery/objects/sorted-members.ts';
import type { Infer, MessageSchema, Mutable } from '#machinery/schema/schema.ts';
import type { ResourceRequest } from '../request.ts';
import { keepReset } from './keep-reset.ts';
import { bareType, type Encoding, encodingOf } from './media-type.ts';
import { otherThanOptions } from './other-options.ts';
import { internalName, typeOfBody, undecodable, type WantedKind } from './undecodable.ts';
import type { FieldValidation } from './write-options.ts';

type Owned = Mutable<KubernetesObject>;

/** The object in a request's body, defaulted and owned by the caller. */
export function decodeObject(
  definition: AnyResourceDefinition,
  request: ResourceRequest,
  fieldValidation: FieldValidation,
): Owned {
  const decoded = decodeBody(request, definition);
  reportProblems(decoded.problems, definition, { fieldValidation, warnings: request.warnings });
  const object = finishDecoded(definition, decoded.object as Owned);
  return mayReset(object, request) ? keepReset(object, sentValue(request)) : object;
}

/** The same for a value that was parsed already. */
export function decodeValueAs(
  definition: AnyResourceDefinition,
  value: unknown,
  options: { readonly fieldValidation: FieldValidation; readonly warnings: string[] },
): Owned {
  const decoded = handled(definition, () => decodeValue(value, definition.schema));
  checkKind(definition, decoded.object as KubernetesObject);
  reportProblems(decoded.problems, definition, options);
  return finishDecoded(definition, decoded.object as Owned);
}

/** A body of some other kind (a Binding, an Eviction, a review), defaulted. `older` is another version of it that clients may send. */
export function decodeAs<S extends MessageSchema>(
  schema: S,
  request: ResourceRequest,
  older?: string,
): Mutable<Infer<S>> {
  const accepts = (object: KubernetesObject, wanted: WantedKind) =>
    isOfKind(object, wanted) || (object.apiVersion === older && object.kind === wanted.kind);
  const object = decodeBody(request, wantedBy(schema), accepts).object as Mutable<Infer<S>>;
  applyDefaults(schema, object);
  return object;
}

export const decodeScale = (request: ResourceRequest): Scale => decodeAs(Scale, request) as Scale;

/** The DeleteOptions in a body; undefined when there is none. */
export function decodeDeleteOptionsBody(request: ResourceRequest): DeleteOptionsSchema | undefined {
  const { body } = request;
  if (body.type === 'none' || (body.type === 'bytes' && body.bytes.length === 0)) return undefined;
  if (body.type === 'bytes') refuseOtherOptions(body.bytes, encodingOf(body.contentType));
  return decodeBody(request, wantedBy(DeleteOptionsSchema), anyVersion).object as DeleteOptionsSchema;
}

/** The kind of patch that a body is; throws a 415 for those that are not supported. */
export function patchTypeOf({ body }: ResourceRequest, supported: readonly PatchType[]): PatchType {
  if (body.type === 'none') throw newBadRequest('patch body is empty');
  const type = (body.type === 'object' ? body.patchType : bareType(body.contentType)) as PatchType;
  if (!supported.includes(type)) throw newNotConsumable();
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

/** Whether a body that was decoded says something of managedFields that is not in the object. */
const mayReset = ({ metadata }: Owned, { body }: ResourceRequest): boolean =>
  metadata?.managedFields === undefined && body.type === 'bytes' && bufferOf(body.bytes).includes('managedFields');

function sentValue({ body }: ResourceRequest): unknown {
  if (body.type !== 'bytes') return undefined;
  const encoding = encodingOf(body.contentType);
  if (encoding === 'protobuf') return undefined;
  return encoding === 'json' ? JSON.parse(textOf(body.bytes)) : parseYaml(textOf(body.bytes)).value;
}

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array) => Buffer.from(buffer, byteOffset, byteLength);

type Decoding = Decoded<Infer<MessageSchema>>;

function decodeBody(request: ResourceRequest, wanted: WantedKind, isWanted = isOfKind): Decoding {
  const { body } = request;
  if (body.type === 'object') {
    const decoded = handled(wanted, () => decodeValue(body.object, wanted.schema));
    if (!isWanted(decoded.object, wanted)) checkKind(wanted, decoded.object as KubernetesObject);
    return decoded;
  }
  const bytes = body.type === 'none' ? NOTHING : body.bytes;
  const encoding = encodingOf(body.type === 'none' ? '' : body.contentType);
  let fault: DecodeError | undefined;
  try {
    const decoded = DECODERS[encoding](bytes, wanted.schema) as Decoding;
    if (isWanted(decoded.object, wanted)) return decoded;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    fault = error;
  }
  throw undecodable(bytes, encoding, { wanted, fault });
}

const NOTHING = new Uint8Array();

/** Throws a 400 with upstream's words, which for options are those of the reader alone. */
function refuseOtherOptions(bytes: Uint8Array, encoding: Encoding): void {
  try {
    const why = otherThanOptions(typeOfBody(bytes, encoding), 'DeleteOptions');
    if (why !== undefined) throw newBadRequest(why);
    DECODERS[encoding](bytes, DeleteOptionsSchema);
  } catch (error) {
    if (error instanceof DecodeError) throw newBadRequest(error.message);
    throw error;
  }
}

/** Options are the same in every group. */
const anyVersion = ({ kind }: KubernetesObject, wanted: WantedKind): boolean => !kind || kind === wanted.kind;

const isOfKind = ({ kind, apiVersion }: KubernetesObject, wanted: WantedKind): boolean =>
  (!kind || kind === wanted.kind) && (!apiVersion || apiVersion === apiVersionOf(wanted));

const DECODERS = {
  json: decodeJson,
  yaml: decodeYaml,
  protobuf: (bytes: Uint8Array, schema: MessageSchema) => ({ object: decodeProtobuf(bytes, schema), problems: [] }),
} as const;

function decodeYaml(bytes: Uint8Array, schema: MessageSchema): Decoded<Infer<MessageSchema>> {
  const { value, problems } = parseYaml(textOf(bytes));
  const decoded = decodeValue(value, schema);
  // Upstream makes JSON of it first, whose members are sorted.
  const unknown = decoded.problems.length === 0 ? [] : diagnose(schema, sortedMembers(value));
  return { object: decoded.object, problems: [...problems, ...unknown] };
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function handled<R>({ kind, version }: WantedKind, decode: () => R): R {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError)
      throw newBadRequest(
        `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${error.message}`,
      );
    throw error;
  }
}

function checkKind(wanted: WantedKind, object: KubernetesObject): void {
  const expected = apiVersionOf(wanted);
  const { kind, apiVersion } = object;
  if (kind && kind !== wanted.kind) {
    const version = apiVersion?.split('/').at(-1) ?? '';
    throw newBadRequest(
      `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${wanted.kind}: converting (${version}.${kind}) to (${internalName(wanted)}): unknown conversion`,
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
    append(options.warnings, problems.flatMap(problemTexts));
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

const YAML_PROBLEMS = /^(?:error converting YAML to JSON: )?yaml: unmarshal errors:\n/;

/** A reader of YAML tells all that it found in one text: warnings are for each. */
export function problemTexts(problem: string): string[] {
  const lines = problem.replace(YAML_PROBLEMS, '');
  return lines === problem ? [problem] : lines.split('\n').map((line) => line.trim());
}

/** For kinds that are no resource of their own. */
function wantedBy(schema: MessageSchema): WantedKind {
  const { apiVersion = 'v1', kind = schema.name.slice(schema.name.lastIndexOf('.') + 1) } = typeOfSchema(schema) ?? {};
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return { group, version, kind, schema };
}

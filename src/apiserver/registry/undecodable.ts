import { kindSchema } from '#api/kinds.ts';
import { DecodeError } from '#machinery/codec/decode-error.ts';
import { goValueName } from '#machinery/codec/go-type.ts';
import { decodeValue, parseJsonStrictly } from '#machinery/codec/json.ts';
import { readEnvelope } from '#machinery/codec/protobuf.ts';
import { parseYaml } from '#machinery/codec/yaml.ts';
import { newBadRequest, type StatusError } from '#machinery/errors/status-error.ts';
import type { MessageSchema } from '#machinery/schema/schema.ts';
import type { Encoding } from './media-type.ts';

/** The kind that a body is to be of. */
export interface WantedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly schema: MessageSchema;
}

/** What a body says of itself. */
export interface TypeMeta {
  readonly apiVersion: string;
  readonly kind: string;
}

const utf8 = new TextDecoder();
/** Where upstream keeps its kinds. */
const SCHEME = 'pkg/api/legacyscheme/scheme.go:30';
const TYPE_META =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
const OLDER_VERSION = /^v\d+(?:alpha|beta)\d+$/;
/** How much of a body is told. */
const TOLD_BYTES = 30;

/**
 * Why a body is not the object that is wanted, in the order in which upstream finds out: whether it can be read at
 * all, of which kind it is, whether it fits that kind, and at last whether that is the one. `fault` is what was found
 * when it was read as the kind that is wanted; undefined where it fits. Undefined when there is nothing to say against it.
 */
export function undecodable(
  bytes: Uint8Array,
  encoding: Encoding,
  { wanted, fault }: { readonly wanted: WantedKind; readonly fault: DecodeError | undefined },
): StatusError | undefined {
  const unrecognized = (why: string) =>
    newBadRequest(`the object provided is unrecognized (must be of type ${wanted.kind}): ${why} (${summary(bytes)})`);
  let body: Body;
  try {
    body = READERS[encoding](bytes);
  } catch (error) {
    if (error instanceof DecodeError) return unrecognized(error.message);
    throw error;
  }
  const { apiVersion, kind } = body.type;
  if (apiVersion.split('/').length > 2) return unrecognized(`unexpected GroupVersion string: ${apiVersion}`);
  return mistaken(
    body,
    { apiVersion: apiVersion || versionText(wanted), kind: kind || wanted.kind },
    { wanted, fault },
  );
}

function mistaken(
  { value }: Body,
  type: TypeMeta,
  { wanted, fault }: { readonly wanted: WantedKind; readonly fault: DecodeError | undefined },
): StatusError | undefined {
  const version = versionOf(type);
  const unhandled = (why: string) =>
    newBadRequest(`${type.kind} in version ${JSON.stringify(version)} cannot be handled as a ${wanted.kind}: ${why}`);
  const schema = kindSchema(type.apiVersion, type.kind);
  const own = isWanted(type, wanted) || schema === undefined || value === undefined ? fault : faultOf(value, schema);
  if (own && isKnown(type, wanted)) return unhandled(own.message);
  const another = anotherType(type, wanted);
  if (another !== undefined) return unhandled(another);
  if (isWanted(type, wanted)) return undefined;
  return newBadRequest(
    `the API version in the data (${type.apiVersion}) does not match the expected API version (${versionText(wanted)})`,
  );
}

/** Why what says to be of a type cannot become an object of the kind that is wanted; undefined where it can. */
export function anotherType(type: TypeMeta, wanted: WantedKind): string | undefined {
  if (!isKnown(type, wanted))
    return `no kind "${type.kind}" is registered for version "${type.apiVersion}" in scheme "${SCHEME}"`;
  if (type.kind === wanted.kind) return undefined;
  return `converting (${versionOf(type)}.${type.kind}) to (${internalName(wanted)}): unknown conversion`;
}

const versionOf = ({ apiVersion }: TypeMeta): string => apiVersion.split('/').at(-1) ?? '';

const isWanted = ({ apiVersion, kind }: TypeMeta, wanted: WantedKind): boolean =>
  kind === wanted.kind && apiVersion === versionText(wanted);

const isKnown = (type: TypeMeta, wanted: WantedKind): boolean =>
  isWanted(type, wanted) || isOlderForm(type, wanted) || kindSchema(type.apiVersion, type.kind) !== undefined;

function faultOf(value: unknown, schema: MessageSchema): DecodeError | undefined {
  try {
    decodeValue(value, schema);
    return undefined;
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
}

/** Versions that upstream can still read, though it does not serve them. */
const isOlderForm = ({ apiVersion, kind }: TypeMeta, wanted: WantedKind): boolean => {
  const [group = '', version = ''] = apiVersion.split('/');
  return kind === wanted.kind && OLDER_VERSION.test(version) && (group === wanted.group || group === 'extensions');
};

interface Body {
  readonly type: TypeMeta;
  /** Absent for protobuf, whose bytes mean nothing without a schema. */
  readonly value?: unknown;
}

const READERS: Readonly<Record<Encoding, (bytes: Uint8Array) => Body>> = {
  json: (bytes) => typed(() => parseJsonStrictly(bytes).value),
  yaml(bytes) {
    const { value } = parseYaml(utf8.decode(bytes));
    return typed(() => value);
  },
  protobuf(bytes) {
    if (bytes.length === 0) throw new DecodeError('empty data');
    const { apiVersion, kind } = readEnvelope(bytes);
    return { type: { apiVersion, kind } };
  },
};

/** What a body says of itself; throws a `DecodeError` where it cannot be read. */
export const typeOfBody = (bytes: Uint8Array, encoding: Encoding): TypeMeta => READERS[encoding](bytes).type;

function typed(read: () => unknown): Body {
  return prefixed("couldn't get version/kind; json parse error: ", () => {
    const value = read();
    if (value === null) return { type: { apiVersion: '', kind: '' }, value };
    if (typeof value !== 'object' || Array.isArray(value))
      throw new DecodeError(`json: cannot unmarshal ${goValueName(value)} into Go value of type ${TYPE_META}`);
    const { apiVersion, kind } = value as Record<string, unknown>;
    return { type: { apiVersion: text(apiVersion, 'apiVersion'), kind: text(kind, 'kind') }, value };
  });
}

function text(value: unknown, field: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw new DecodeError(`json: cannot unmarshal ${goValueName(value)} into Go struct field .${field} of type string`);
}

function prefixed<R>(prefix: string, read: () => R): R {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError) throw new DecodeError(`${prefix}${error.message}`);
    throw error;
  }
}

const versionText = ({ group, version }: WantedKind): string => (group === '' ? version : `${group}/${version}`);

/** What upstream calls a kind inside: its group's package and its name. */
export function internalName({ group, kind }: { readonly group: string; readonly kind: string }): string {
  const [first = ''] = group.split('.');
  return `${first === '' || first === 'events' ? 'core' : first}.${kind}`;
}

/** The beginning of a body: as it is where it seems to be JSON, otherwise in hexadecimal digits. */
function summary(bytes: Uint8Array): string {
  if (bytes.length === 0) return '<empty>';
  const start = Buffer.from(bytes.subarray(0, TOLD_BYTES));
  return `${start.toString(bytes[0] === 0x7b ? 'utf8' : 'hex')}${bytes.length > TOLD_BYTES ? ' ...' : ''}`;
}

import { compareObjects } from './compare.ts';
import { difference, type FieldSet } from './field-set.ts';
import { fieldSetOf } from './field-set-of.ts';
import { jsonText } from './path-element.ts';
import { isJsonObject, type JsonObject, type MapShape } from './shape.ts';

/** Where client-side apply keeps what it applied. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Bytes that all annotations of an object may have together. */
const ANNOTATIONS_LIMIT = 256 * 1024;

/**
 * Fields that client-side apply wrote and that are still as it wrote them: `kubectl` may take them over without a
 * conflict. Undefined when the object has no such record, or one that cannot be used.
 */
export function fieldsLastApplied(shape: MapShape, live: JsonObject): FieldSet | undefined {
  const text = annotationsOf(live)?.[LAST_APPLIED];
  if (typeof text !== 'string' || text === '') return undefined;
  const applied = parseObject(text);
  if (applied === undefined || applied['apiVersion'] !== live['apiVersion']) return undefined;
  const { written, removed } = compareObjects(shape, applied, live);
  return difference(difference(fieldSetOf(shape, applied), written), removed);
}

/** The object with the record of what is applied now, if it has one; the record is left out when it is too long. */
export function withLastApplied(object: JsonObject, config: JsonObject): JsonObject {
  const annotations = annotationsOf(object);
  if (annotations === undefined || !annotations[LAST_APPLIED]) return object;
  const { [LAST_APPLIED]: _, ...others } = annotations;
  const next = { ...others, [LAST_APPLIED]: recordOf(config) };
  return withAnnotations(object, sizeOf(next) > ANNOTATIONS_LIMIT ? others : next);
}

function recordOf(config: JsonObject): string {
  const annotations = annotationsOf(config);
  const { [LAST_APPLIED]: _, ...others } = annotations ?? {};
  return `${sortedJson(annotations === undefined ? config : withAnnotations(config, others))}\n`;
}

const withAnnotations = (object: JsonObject, annotations: JsonObject): JsonObject => ({
  ...object,
  metadata: { ...(object['metadata'] as JsonObject), annotations },
});

function annotationsOf(object: JsonObject): JsonObject | undefined {
  const { metadata } = object;
  const annotations = isJsonObject(metadata) ? metadata['annotations'] : undefined;
  return isJsonObject(annotations) ? annotations : undefined;
}

const utf8 = new TextEncoder();
const sizeOf = (annotations: JsonObject): number =>
  Object.entries(annotations).reduce((sum, [key, value]) => sum + utf8.encode(`${key}${value}`).length, 0);

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** JSON with members in order of their names. */
function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => sortedJson(item ?? null)).join(',')}]`;
  if (!isJsonObject(value)) return jsonText(value);
  const names = Object.keys(value).filter((name) => value[name] !== undefined);
  return `{${names
    .sort()
    .map((name) => `${jsonText(name)}:${sortedJson(value[name])}`)
    .join(',')}}`;
}

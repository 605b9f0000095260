import type { KubernetesObject } from '#api/resource-definition.ts';
import { stringifyJson } from '#machinery/codec/encode-json.ts';
import { encodeWatchEvent, writeEnvelope } from '#machinery/codec/protobuf.ts';
import { encodeMessage } from '#machinery/codec/protobuf-encoder.ts';
import type { Status } from '#machinery/errors/status-error.ts';
import { newNotAcceptable } from '#machinery/errors/status-error.ts';
import type { ResourceView } from '../registry/resource-view.ts';
import type { Change } from '../registry/watch.ts';
import { concatBytes } from './concat-bytes.ts';
import type { AcceptedForm } from './negotiate.ts';
import { encodeObject, entryProtobuf, readInclude, tableOf } from './response-encoder.ts';
import { emptyCells, partialMetadata } from './table.ts';

const encoder = new TextEncoder();
const FRAME_END = encoder.encode('}\n');
const STREAM_TYPES =
  'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch';
const INITIAL_EVENTS_END = { 'k8s.io/initial-events-end': 'true' };

/** Turns changes into the frames of one watch's response. */
export interface WatchEncoder {
  readonly contentType: string;
  encode(change: Change): Uint8Array;
  encodeError(status: Status): Uint8Array;
}

export interface WatchEncoderOptions {
  readonly form: AcceptedForm;
  readonly includeObject: string;
  readonly now: () => number;
}

const isPartial = ({ as }: AcceptedForm) => as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList';

export function createWatchEncoder(view: ResourceView, options: WatchEncoderOptions): WatchEncoder {
  const { form } = options;
  if (form.encoding === 'yaml') throw newNotAcceptable(STREAM_TYPES);
  if (form.encoding === 'protobuf') return protobufEncoder(view, form);
  return jsonEncoder(view, options);
}

function jsonEncoder(view: ResourceView, options: WatchEncoderOptions): WatchEncoder {
  const { form } = options;
  const frame = (type: string, object: Uint8Array) =>
    concatBytes([encoder.encode(`{"type":"${type}","object":`), object, FRAME_END]);
  const text = (value: unknown) => encoder.encode(stringifyJson(value));
  const include = form.as === 'Table' ? readInclude(options.includeObject) : 'None';
  let headSent = false;
  const table = (change: Exclude<Change, { type: 'BOOKMARK' }>) => {
    const metadata = { resourceVersion: String(change.entry.modRevision) };
    const object = tableOf(view, [change.entry], { form, now: options.now(), include, metadata, headless: headSent });
    headSent = true;
    return frame(change.type, text(object));
  };
  return {
    contentType: form.mediaType,
    encode(change) {
      if (change.type === 'BOOKMARK') return frame('BOOKMARK', text(bookmarkObject(view, change, form)));
      if (form.as === 'Table') return table(change);
      if (isPartial(form)) {
        return frame(change.type, text(partialMetadata(view.object(change.entry), form.version)));
      }
      // Made once for all watchers of this version.
      return view.encoded(change.entry, `frame:${change.type}`, () => frame(change.type, view.json(change.entry)));
    },
    encodeError: (status) => frame('ERROR', text(status)),
  };
}

function protobufEncoder(view: ResourceView, form: AcceptedForm): WatchEncoder {
  const { apiVersion } = view;
  const { kind } = view.definition;
  const frame = (type: string, object: Uint8Array) => withLength(encodeWatchEvent(type, object));
  const whole = (object: KubernetesObject) => encodeObject(object, { form: { ...form, as: 'object' }, pretty: false });
  return {
    contentType: `${form.mediaType};stream=watch`,
    encode(change) {
      if (change.type === 'BOOKMARK') return frame('BOOKMARK', bookmarkProtobuf(view, change, form));
      if (isPartial(form)) return frame(change.type, whole(partialMetadata(view.object(change.entry), form.version)));
      return view.encoded(change.entry, `protobuf-frame:${change.type}`, () =>
        frame(change.type, writeEnvelope({ apiVersion, kind }, entryProtobuf(view, change.entry))),
      );
    },
    encodeError: (status) => frame('ERROR', whole(status as unknown as KubernetesObject)),
  };
}

/** Frames are preceded by their length in four bytes, big-endian. */
function withLength(frame: Uint8Array): Uint8Array {
  const framed = Buffer.allocUnsafe(frame.length + 4);
  framed.writeUInt32BE(frame.length);
  framed.set(frame, 4);
  return framed;
}

type Bookmark = Extract<Change, { type: 'BOOKMARK' }>;

/** An object of the kind that holds nothing but a revision. */
export function bookmarkObject(view: ResourceView, change: Bookmark, form?: AcceptedForm): KubernetesObject {
  const metadata = {
    resourceVersion: String(change.revision),
    ...(change.initialEventsEnd ? { annotations: INITIAL_EVENTS_END } : {}),
  };
  if (form?.as === 'Table') {
    return {
      kind: 'Table',
      apiVersion: `meta.k8s.io/${form.version}`,
      metadata: { resourceVersion: metadata.resourceVersion },
      columnDefinitions: null,
      // The row shows an object without content; that it carries the annotation is what readers look for.
      rows: [
        { cells: emptyCells(view.definition), object: partialMetadata({ metadata } as KubernetesObject, form.version) },
      ],
    } as KubernetesObject;
  }
  if (form && isPartial(form)) {
    return partialMetadata({ metadata } as KubernetesObject, form.version);
  }
  return { kind: view.definition.kind, apiVersion: view.apiVersion, metadata } as KubernetesObject;
}

function bookmarkProtobuf(view: ResourceView, change: Bookmark, form: AcceptedForm): Uint8Array {
  const object = bookmarkObject(view, change, form);
  if (form.as !== 'object') return encodeObject(object, { form: { ...form, as: 'object' }, pretty: false });
  const message = encodeMessage(view.definition.schema, object);
  return writeEnvelope({ apiVersion: view.apiVersion, kind: view.definition.kind }, message);
}

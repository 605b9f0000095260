import type { Clock } from '#base/clock.ts';
import { type MaybePromise, whenThere } from '#base/maybe-promise.ts';
import type { RequestContext } from '../filters/request-context.ts';
import type { Pipeline } from '../pipeline.ts';
import { NO_BODY, Query, type RequestBody, type ResourceRequest, type ResourceTarget } from '../request.ts';
import { respondCompressed } from '../serving/compress.ts';
import { LIST_TYPES, negotiate } from '../serving/negotiate.ts';
import { wantsPretty } from '../serving/pretty.ts';
import { encodeResult } from '../serving/response-encoder.ts';
import { streamWatch, type WatchParts } from './stream-watch.ts';
import type { WriteDeadline } from './write-deadline.ts';

/** Upstream's limit on request bodies. */
const MAX_BODY = 3 * 1024 * 1024;
const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete']);
const WITH_BODY = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** What the pipeline is asked. */
export function resourceRequestOf(
  context: RequestContext,
  target: ResourceTarget,
  body: RequestBody = NO_BODY,
): ResourceRequest {
  return {
    target,
    user: context.user,
    query: Query.from(context.query),
    body,
    userAgent: context.header('user-agent'),
    client: context,
    warnings: context.warnings,
    annotate: context.annotate,
  };
}

export interface AnswerParts {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly writeDeadline: WriteDeadline;
}

/** Answers everything about resources that is one request and one answer. The user may; that was asked before. */
export function answerResource(
  context: RequestContext,
  target: ResourceTarget,
  { pipeline, clock, writeDeadline }: AnswerParts,
): MaybePromise<void> {
  const form = negotiate(
    context.header('accept'),
    pipeline.hasTable(target),
    target.verb === 'list' ? LIST_TYPES : undefined,
  );
  const result = whenThere(readRequestBody(context, target), (body) => {
    context.body = body;
    const served = pipeline.serve(resourceRequestOf(context, target, body));
    return WRITES.has(target.verb) ? writeDeadline.bound(served) : served;
  });
  return whenThere(result, (served) => {
    context.result = served;
    const encoded = encodeResult(served, {
      form,
      now: clock.now(),
      includeObject: context.query.get('includeObject') ?? '',
      pretty: wantsPretty(context),
      isGone: () => context.signal.aborted,
    });
    return whenThere(encoded.body, (body) =>
      respondCompressed(context, encoded.code, { 'content-type': encoded.contentType }, body),
    );
  });
}

/** Streams a watch as one long answer; resolves when it is over. */
export function answerWatch(context: RequestContext, request: ResourceRequest, parts: WatchParts): Promise<void> {
  return streamWatch(context, request, parts, (contentType) => {
    const stream = context.startStream(200, { 'content-type': contentType });
    return {
      write: (frames) => stream.write(frames.length === 1 ? (frames[0] as Uint8Array) : Buffer.concat(frames)),
      onDrain: stream.onDrain,
      end: stream.end,
    };
  });
}

function readRequestBody(context: RequestContext, target: ResourceTarget): MaybePromise<RequestBody> {
  if (!WITH_BODY.has(target.verb)) return NO_BODY;
  return context.readBody(MAX_BODY).then((bytes) => {
    if (bytes.length === 0 && target.verb.startsWith('delete')) return NO_BODY;
    return { type: 'bytes', bytes, contentType: context.header('content-type') };
  });
}

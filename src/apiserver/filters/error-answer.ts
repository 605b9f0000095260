import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Logger } from '#base/logger.ts';
import { recovering } from '#base/maybe-promise.ts';
import { newInternalError, type Status, StatusError } from '#machinery/errors/status-error.ts';
import { type AcceptedForm, negotiate } from '../serving/negotiate.ts';
import { encodeObject } from '../serving/response-encoder.ts';
import type { Filter } from './filter.ts';
import type { RequestContext } from './request-context.ts';

const JSON_FORM = negotiate('application/json');

/** Answers every error as a Status. What is no Status error is a fault of ours: it is logged. */
export const errorAnswer =
  (logger: Logger): Filter =>
  (next) =>
  (context) =>
    recovering(
      () => next(context),
      (error) => {
        context.failed = !(error instanceof StatusError) && !context.signal.aborted;
        answer(context, statusOf(error, context, logger));
      },
    );

function statusOf(error: unknown, { method, path, signal }: RequestContext, logger: Logger): Status {
  if (error instanceof StatusError) return error.status;
  if (!signal.aborted) logger.error('request failed', { method, path, error });
  return newInternalError(error instanceof Error ? error.message : String(error)).status;
}

function answer(context: RequestContext, status: Status): void {
  if (context.answered) return;
  const form = errorForm(context.header('accept'));
  const { retryAfterSeconds } = status.details ?? {};
  const headers = {
    'content-type': form.mediaType,
    ...(retryAfterSeconds ? { 'retry-after': String(retryAfterSeconds) } : {}),
  };
  const object = status as unknown as KubernetesObject;
  context.result = { type: 'object', code: status.code, object };
  context.respond(status.code, headers, encodeObject(object, { form, pretty: false }));
}

function errorForm(accept: string): AcceptedForm {
  try {
    return { ...negotiate(accept), as: 'object' };
  } catch {
    // The client accepts nothing we have, which is the error to tell: in JSON, then.
    return JSON_FORM;
  }
}

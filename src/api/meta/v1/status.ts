import { enumeration, type Infer, int32, list, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import { ListMeta } from './list-meta.ts';

export const StatusCause = message('io.k8s.apimachinery.pkg.apis.meta.v1.StatusCause', {
  reason: opt(
    1,
    enumeration(
      'FieldValueNotFound',
      'FieldValueRequired',
      'FieldValueDuplicate',
      'FieldValueInvalid',
      'FieldValueNotSupported',
      'FieldValueForbidden',
      'FieldValueTooLong',
      'FieldValueTooMany',
      'InternalError',
      'FieldValueTypeInvalid',
      'UnexpectedServerResponse',
      'FieldManagerConflict',
      'ResourceVersionTooLarge',
    ),
  ),
  message: opt(2, string),
  field: opt(3, string),
});
export interface StatusCause extends Infer<typeof StatusCause> {}

export const StatusDetails = message('io.k8s.apimachinery.pkg.apis.meta.v1.StatusDetails', {
  name: opt(1, string),
  group: opt(2, string),
  kind: opt(3, string),
  uid: opt(6, string),
  causes: opt(4, list(StatusCause)),
  retryAfterSeconds: opt(5, int32),
});
export interface StatusDetails extends Infer<typeof StatusDetails> {}

export const Status = message('io.k8s.apimachinery.pkg.apis.meta.v1.Status', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ListMeta),
  status: opt(2, string),
  message: opt(3, string),
  reason: opt(
    4,
    enumeration(
      '',
      'Unauthorized',
      'Forbidden',
      'NotFound',
      'AlreadyExists',
      'Conflict',
      'Gone',
      'Invalid',
      'ServerTimeout',
      'StorageReadError',
      'Timeout',
      'TooManyRequests',
      'BadRequest',
      'MethodNotAllowed',
      'NotAcceptable',
      'RequestEntityTooLarge',
      'UnsupportedMediaType',
      'InternalError',
      'Expired',
      'ServiceUnavailable',
    ),
  ),
  details: ptr(5, StatusDetails),
  code: opt(6, int32),
});
export interface Status extends Infer<typeof Status> {}

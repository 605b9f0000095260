import type { FieldError } from './field-error.ts';

/** A Status object as it goes over the wire (`kind: Status`, `apiVersion: v1`). */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly continue?: string; readonly resourceVersion?: string };
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code: number;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** The error that goes on the wire. Thrown by the API server's pipeline and by every client call. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly status: Status;
  constructor(status: Omit<Status, 'kind' | 'apiVersion' | 'metadata' | 'status'> & { metadata?: Status['metadata'] }) {
    super(status.message);
    const { metadata = {}, message, reason, details, code } = status;
    // In the order in which they go over the wire.
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata,
      status: 'Failure',
      ...(message ? { message } : {}),
      ...(reason ? { reason } : {}),
      ...(details ? { details: lean(details) } : {}),
      code,
    };
  }
  get code(): number {
    return this.status.code;
  }
  get reason(): string {
    return this.status.reason ?? '';
  }
}

/** As Go writes it: without what is empty. */
function lean({ name = '', group = '', kind = '', uid = '', causes = [], retryAfterSeconds = 0 }: StatusDetails) {
  return {
    ...filled({ name, group, kind, uid }),
    ...(causes.length > 0 ? { causes: causes.map(leanCause) } : {}),
    ...filled({ retryAfterSeconds }),
  };
}

const leanCause = ({ reason = '', message = '', field = '' }: StatusCause): StatusCause =>
  filled({ reason, message, field });

const filled = <T extends object>(object: T): T =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== '' && value !== 0)) as T;

/** What an error is about: a resource of a group, by plural name. */
export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

/** `deployments.apps`, or `pods` for the core group. */
export const qualified = ({ group, resource }: GroupResource): string =>
  group === '' ? resource : `${resource}.${group}`;

const about = ({ group, resource: kind }: GroupResource, name: string) => ({ name, group, kind });

export const newNotFound = (resource: GroupResource, name: string) =>
  new StatusError({
    code: 404,
    reason: 'NotFound',
    message: `${qualified(resource)} "${name}" not found`,
    details: about(resource, name),
  });

/** For a path or resource the server does not know. */
export const newGenericNotFound = () =>
  new StatusError({
    code: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
    details: {},
  });

export const newAlreadyExists = (resource: GroupResource, name: string) =>
  new StatusError({
    code: 409,
    reason: 'AlreadyExists',
    message: `${qualified(resource)} "${name}" already exists`,
    details: about(resource, name),
  });

export const newConflict = (resource: GroupResource, name: string, detail: string) =>
  new StatusError({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${detail}`,
    details: about(resource, name),
  });

/** The detail upstream gives when a resourceVersion does not match. */
export const OPTIMISTIC_LOCK_MESSAGE =
  'the object has been modified; please apply your changes to the latest version and try again';

export const newForbidden = (
  resource: GroupResource,
  name: string,
  detail: string,
  causes: readonly StatusCause[] = [],
) =>
  new StatusError({
    code: 403,
    reason: 'Forbidden',
    message:
      qualified(resource) === ''
        ? `forbidden: ${detail}`
        : name === ''
          ? `${qualified(resource)} is forbidden: ${detail}`
          : `${qualified(resource)} "${name}" is forbidden: ${detail}`,
    details: { ...about(resource, name), ...(causes.length > 0 ? { causes } : {}) },
  });

export const newUnauthorized = (message = 'Unauthorized') =>
  new StatusError({ code: 401, reason: 'Unauthorized', message });

export const newBadRequest = (message: string) => new StatusError({ code: 400, reason: 'BadRequest', message });

export const newMethodNotSupported = (resource: GroupResource, action: string) =>
  new StatusError({
    code: 405,
    reason: 'MethodNotAllowed',
    message: `${action} is not supported on resources of kind "${qualified(resource)}"`,
    details: about(resource, ''),
  });

/** For a method that a path does not have. */
export const newMethodNotAllowed = () =>
  new StatusError({
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
    details: {},
  });

export const newNotAcceptable = (message: string) => new StatusError({ code: 406, reason: 'NotAcceptable', message });

/** Refused by its type alone, before anybody looks at what is asked. */
export const newNotProducible = (types: readonly string[]) =>
  new StatusError({
    code: 406,
    reason: 'NotAcceptable',
    message: `406: Not Acceptable\n\nAvailable representations: ${types.join(', ')}`,
    details: {},
  });

/** The same of a body. */
export const newNotConsumable = () =>
  new StatusError({
    code: 415,
    reason: 'UnsupportedMediaType',
    message: '415: Unsupported Media Type',
    details: {},
  });

export const newUnsupportedMediaType = (message: string) =>
  new StatusError({ code: 415, reason: 'UnsupportedMediaType', message });

export const newRequestEntityTooLarge = (message: string) =>
  new StatusError({ code: 413, reason: 'RequestEntityTooLarge', message: `Request entity too large: ${message}` });

export const newTooManyRequests = (message: string, retryAfterSeconds: number) =>
  new StatusError({ code: 429, reason: 'TooManyRequests', message, details: { retryAfterSeconds } });

export const newTimeout = (message: string, retryAfterSeconds: number) =>
  new StatusError({ code: 504, reason: 'Timeout', message: `Timeout: ${message}`, details: { retryAfterSeconds } });

export const newExpired = (message: string) => new StatusError({ code: 410, reason: 'Expired', message });

export const newGone = (message: string) => new StatusError({ code: 410, reason: 'Gone', message });

export const newServiceUnavailable = (message: string) =>
  new StatusError({ code: 503, reason: 'ServiceUnavailable', message });

export const newInternalError = (message: string) =>
  new StatusError({
    code: 500,
    reason: 'InternalError',
    message: `Internal error occurred: ${message}`,
    details: { causes: [{ message }] },
  });

/** The refusal of an object that passes through without being kept: 400, with upstream's wording of the faults. */
export const newInvalidInPassing = (errors: readonly FieldError[]) => newBadRequest(textOf(told(errors)));

/** More, and more text, is not told: an object with faults without number would cost an answer many times its size. */
const MOST_ERRORS = 10_000;
const MOST_TEXT = 3 * 1024 * 1024;

/** The first error, and those after it that fit an answer. */
function told(errors: readonly FieldError[]): readonly FieldError[] {
  let length = 0;
  const end = errors.findIndex(({ field, message }, position) => {
    length += field.length + message.length;
    return position === MOST_ERRORS || (length > MOST_TEXT && position > 0);
  });
  return end < 0 ? errors : errors.slice(0, end);
}

function textOf(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
  return texts.length === 1 ? (texts[0] as string) : `[${texts.join(', ')}]`;
}

/** 422 with a cause per field, in upstream's wording. `kind` is the kind, not the plural. */
export function newInvalid(kind: { group: string; kind: string }, name: string, all: readonly FieldError[]) {
  const errors = told(all);
  const list = textOf(errors);
  const qualifiedKind = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  return new StatusError({
    code: 422,
    reason: 'Invalid',
    message: `${qualifiedKind} "${name}" is invalid: ${list}`,
    details: {
      name,
      group: kind.group,
      kind: kind.kind,
      causes: errors.map((error) => ({ reason: error.type, message: error.message, field: error.field })),
    },
  });
}

/** Whether an error is a Status of this reason. */
export const isStatus = (error: unknown, reason: string): error is StatusError =>
  error instanceof StatusError && error.reason === reason;
export const isNotFound = (error: unknown): error is StatusError => isStatus(error, 'NotFound');
export const isConflict = (error: unknown): error is StatusError => isStatus(error, 'Conflict');
export const isAlreadyExists = (error: unknown): error is StatusError => isStatus(error, 'AlreadyExists');

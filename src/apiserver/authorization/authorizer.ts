import type { UserInfo } from '../user.ts';

/** What somebody wants to do. */
export type Attributes = ResourceAttributes | PathAttributes;

export interface ResourceAttributes {
  readonly user: UserInfo;
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

export interface PathAttributes {
  readonly user: UserInfo;
  /** The HTTP method in lower case. */
  readonly verb: string;
  readonly path: string;
}

export interface Decision {
  readonly allowed: boolean;
  /** Why, for the answer to a SubjectAccessReview and the 403 message. */
  readonly reason: string;
}

/** Decides who may do what. `undefined` means no opinion: the next authorizer is asked. */
export interface Authorizer {
  authorize(attributes: Attributes): Decision | undefined;
}

export const isPathAttributes = (attributes: Attributes): attributes is PathAttributes => 'path' in attributes;

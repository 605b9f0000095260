import type { UserInfo } from '../user.ts';

/** What somebody wants to do. */
export type Attributes = ResourceAttributes | PathAttributes;

/** One condition of a field or label selector. */
export interface SelectorRequirement {
  readonly key: string;
  /** `In`, `NotIn`, `Exists`, `DoesNotExist`, or one that this version does not know. */
  readonly operator: string;
  readonly values?: readonly string[] | undefined;
}

export interface ResourceAttributes {
  readonly user: UserInfo;
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Which objects of a collection are meant; absent for all of them, or when it could not be read. */
  readonly fieldSelector?: readonly SelectorRequirement[] | undefined;
  readonly labelSelector?: readonly SelectorRequirement[] | undefined;
}

export interface PathAttributes {
  readonly user: UserInfo;
  /** The HTTP method in lower case. */
  readonly verb: string;
  readonly path: string;
}

/** What one authorizer thinks. Without an opinion the next one is asked, and the reason is kept for the refusal. */
export interface Opinion {
  readonly decision: 'allow' | 'deny' | 'no opinion';
  readonly reason: string;
  /** What went wrong while it made up its mind. */
  readonly error?: string;
}

/** What all authorizers together decide. */
export interface Decision {
  readonly allowed: boolean;
  /** One of them refused; else nobody allowed it. */
  readonly denied: boolean;
  /** Why, for the answer to a SubjectAccessReview and the 403 message. */
  readonly reason: string;
  readonly evaluationError?: string;
}

/** Thinks about who may do what. Those that know by themselves answer at once: decisions are on every request's way. */
export interface Authorizer {
  authorize(attributes: Attributes): Opinion | Promise<Opinion>;
}

/** Decides who may do what. */
export type Decide = (attributes: Attributes) => Decision | Promise<Decision>;

export const NO_OPINION: Opinion = { decision: 'no opinion', reason: '' };
export const ALLOW: Opinion = { decision: 'allow', reason: '' };
export const noOpinion = (reason: string): Opinion => ({ decision: 'no opinion', reason });

export const isPathAttributes = (attributes: Attributes): attributes is PathAttributes => 'path' in attributes;

import { type Functions, member } from '../environment.ts';
import { BOOL, type CelType, STRING, struct } from '../types.ts';
import { CelError, LibraryValue } from '../values.ts';

export const AUTHORIZER = struct('kubernetes.authorization.Authorizer');
export const RESOURCE_CHECK = struct('kubernetes.authorization.ResourceCheck');
const PATH_CHECK = struct('kubernetes.authorization.PathCheck');
const GROUP_CHECK = struct('kubernetes.authorization.GroupCheck');
const DECISION = struct('kubernetes.authorization.Decision');
export const AUTHORIZATION_TYPES: readonly CelType[] = [AUTHORIZER, RESOURCE_CHECK, PATH_CHECK, GROUP_CHECK, DECISION];

/** What an expression asks whether it is allowed. */
export interface Question {
  /** `namespace` and `name` of a service account that is asked about in place of who sent the request. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
  readonly verb: string;
  /** Of anything but resources. */
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** Texts of selectors, as they were written. */
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

/** Whether something is allowed, and why; `error` when that could not be found out. */
export interface Decision {
  readonly allowed: boolean;
  readonly reason?: string;
  readonly error?: string;
}

export type Decide = (question: Question) => Decision;

/** A question that is still put together, in one of its stages. */
class Check extends LibraryValue {
  readonly type: CelType;
  readonly decide: Decide;
  readonly question: Partial<Question>;
  constructor(type: CelType, decide: Decide, question: Partial<Question>) {
    super();
    this.type = type;
    this.decide = decide;
    this.question = question;
  }
  with(type: CelType, more: Partial<Question>): Check {
    return new Check(type, this.decide, { ...this.question, ...more });
  }
  override equals(other: LibraryValue): boolean {
    return other === this;
  }
}

class DecisionValue extends LibraryValue {
  readonly type = DECISION;
  readonly decision: Decision;
  constructor(decision: Decision) {
    super();
    this.decision = decision;
  }
  override equals(other: LibraryValue): boolean {
    return other === this;
  }
}

/** The variable `authorizer`. */
export const authorizerValue = (decide: Decide): LibraryValue => new Check(AUTHORIZER, decide, {});

/** The variable `authorizer.requestResource`: about what the request is about. */
export const requestResourceValue = (decide: Decide, question: Partial<Question>): LibraryValue =>
  new Check(RESOURCE_CHECK, decide, question);

function path(check: Check, text: string): Check {
  if (text.trim() === '') throw new CelError('path must not be empty');
  return check.with(PATH_CHECK, { path: text });
}

function resource(check: Check, text: string): Check {
  if (text.trim() === '') throw new CelError('resource must not be empty');
  return check.with(RESOURCE_CHECK, { resource: text });
}

const narrowing = (key: keyof Question) => [
  member([RESOURCE_CHECK, STRING], RESOURCE_CHECK, (check: Check, text: string) =>
    check.with(RESOURCE_CHECK, { [key]: text }),
  ),
];

const ask = (check: Check, verb: string): DecisionValue => new DecisionValue(check.decide({ ...check.question, verb }));

/** Who may what. */
export const AUTHORIZERS: Functions = {
  path: [member([AUTHORIZER, STRING], PATH_CHECK, path)],
  group: [
    member([AUTHORIZER, STRING], GROUP_CHECK, (check: Check, group: string) => check.with(GROUP_CHECK, { group })),
  ],
  serviceAccount: [
    member([AUTHORIZER, STRING, STRING], AUTHORIZER, (check: Check, namespace: string, name: string) =>
      check.with(AUTHORIZER, { serviceAccount: { namespace, name } }),
    ),
  ],
  resource: [member([GROUP_CHECK, STRING], RESOURCE_CHECK, resource)],
  subresource: narrowing('subresource'),
  namespace: narrowing('namespace'),
  name: narrowing('name'),
  fieldSelector: narrowing('fieldSelector'),
  labelSelector: narrowing('labelSelector'),
  check: [member([PATH_CHECK, STRING], DECISION, ask), member([RESOURCE_CHECK, STRING], DECISION, ask)],
  allowed: [member([DECISION], BOOL, ({ decision }: DecisionValue) => decision.allowed)],
  reason: [member([DECISION], STRING, ({ decision }: DecisionValue) => decision.reason ?? '')],
  errored: [member([DECISION], BOOL, ({ decision }: DecisionValue) => decision.error !== undefined)],
  error: [member([DECISION], STRING, ({ decision }: DecisionValue) => decision.error ?? '')],
};

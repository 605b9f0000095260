import { table } from '#base/table.ts';
import { BASE_ENVIRONMENT } from '#machinery/cel/base-environment.ts';
import { type Compilation, compile } from '#machinery/cel/compile.ts';
import type { Environment, FieldTypes } from '#machinery/cel/environment.ts';
import { AUTHORIZER, RESOURCE_CHECK } from '#machinery/cel/library/authorizers.ts';
import { JSON_PATCH, JSON_PATCH_FIELDS, JSON_PATCHES } from '#machinery/cel/library/json-patches.ts';
import {
  BOOL,
  type CelType,
  DYN,
  fullTypeText,
  INT,
  listOf,
  mapOf,
  STRING,
  sameType,
  struct,
  TIMESTAMP,
} from '#machinery/cel/types.ts';

const type = (name: string): CelType => struct(`kubernetes.${name}`);
const texts = listOf(STRING);
const labels = mapOf(STRING, STRING);

/** What expressions know of a request and of the namespace it is about. */
const STRUCTS = table<FieldTypes>({
  'kubernetes.GroupVersionKind': { group: STRING, version: STRING, kind: STRING },
  'kubernetes.GroupVersionResource': { group: STRING, version: STRING, resource: STRING },
  'kubernetes.UserInfo': { username: STRING, uid: STRING, groups: texts, extra: mapOf(STRING, texts) },
  'kubernetes.AdmissionRequest': {
    kind: type('GroupVersionKind'),
    resource: type('GroupVersionResource'),
    subResource: STRING,
    requestKind: type('GroupVersionKind'),
    requestResource: type('GroupVersionResource'),
    requestSubResource: STRING,
    name: STRING,
    namespace: STRING,
    operation: STRING,
    userInfo: type('UserInfo'),
    dryRun: BOOL,
    options: DYN,
  },
  'kubernetes.NamespaceMetadata': {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels,
    annotations: labels,
    UID: STRING,
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: texts,
  },
  'kubernetes.NamespaceSpec': { finalizers: texts },
  'kubernetes.NamespaceCondition': {
    status: STRING,
    type: STRING,
    lastTransitionTime: TIMESTAMP,
    message: STRING,
    reason: STRING,
  },
  'kubernetes.NamespaceStatus': { conditions: listOf(type('NamespaceCondition')), phase: STRING },
  'kubernetes.Namespace': {
    metadata: type('NamespaceMetadata'),
    spec: type('NamespaceSpec'),
    status: type('NamespaceStatus'),
  },
});

/** What every expression may speak of. */
const REQUEST: Environment = BASE_ENVIRONMENT.extend({
  structs: STRUCTS,
  variables: { object: DYN, oldObject: DYN, namespaceObject: type('Namespace'), request: type('AdmissionRequest') },
});
const AUTHORIZERS = { authorizer: AUTHORIZER, 'authorizer.requestResource': RESOURCE_CHECK };
const PARAMS = { params: DYN };

/** What webhooks' conditions and policies may speak of: objects, the request, its namespace and who may what. */
export const ADMISSION_ENVIRONMENT: Environment = REQUEST.extend({ variables: AUTHORIZERS });

/** The same where a policy has parameters. */
export const PARAMETRIZED_ENVIRONMENT: Environment = ADMISSION_ENVIRONMENT.extend({ variables: PARAMS });

/** What changes of objects are made of: any object, by the names of its fields, or steps of a JSON patch. */
export const withChanges = (environment: Environment): Environment =>
  environment.extend({
    functions: JSON_PATCHES,
    structs: { [JSON_PATCH.name]: JSON_PATCH_FIELDS },
    isOpen: (name) => name === APPLIED.name || name.startsWith(`${APPLIED.name}.`),
  });

/** What an expression that is applied comes to. */
export const APPLIED: CelType = struct('Object');

/** What messages may speak of: of no one's rights. */
export const MESSAGE_ENVIRONMENT: Environment = REQUEST;
export const PARAMETRIZED_MESSAGE_ENVIRONMENT: Environment = REQUEST.extend({ variables: PARAMS });

const VARIABLES = 'kubernetes.variables';

/** An environment in which a policy's variables are known too. */
export const withVariables = (environment: Environment, variables: FieldTypes): Environment =>
  environment.extend({ structs: { [VARIABLES]: variables }, variables: { variables: struct(VARIABLES) } });

/** What a variable of such a type is known as: what has fields is anything once it is in a variable. */
export function variableType({ kind, name, parameters }: CelType): CelType {
  if (kind === 'struct' || kind === 'opaque' || kind === 'type') return DYN;
  return { kind, name, parameters: parameters.map(variableType) };
}

/** Compiles an expression that must come to one of some types, or to anything where none is named; issues are as clients see them. */
export function compileFor(expression: string, environment: Environment, ...wanted: CelType[]): Compilation {
  const { program, issues } = compile(expression, environment);
  if (program === undefined) return { issues: `compilation failed: ${issues}` };
  if (wanted.length === 0 || wanted.some((each) => sameType(program.type, each))) return { program };
  const names = wanted.map(fullTypeText).join(' ');
  return {
    issues: `must evaluate to ${wanted.length === 1 ? names : `one of [${names}]`} but got ${fullTypeText(program.type)}`,
  };
}

import { BASE_ENVIRONMENT } from '#machinery/cel/base-environment.ts';
import { type Compilation, compile } from '#machinery/cel/compile.ts';
import type { Environment, FieldTypes } from '#machinery/cel/environment.ts';
import { AUTHORIZER, RESOURCE_CHECK } from '#machinery/cel/library/authorizers.ts';
import {
  BOOL,
  type CelType,
  DYN,
  INT,
  listOf,
  mapOf,
  STRING,
  sameType,
  struct,
  TIMESTAMP,
  typeText,
} from '#machinery/cel/types.ts';

const type = (name: string): CelType => struct(`kubernetes.${name}`);
const texts = listOf(STRING);
const labels = mapOf(STRING, STRING);

/** What expressions know of a request and of the namespace it is about. */
const STRUCTS: Readonly<Record<string, FieldTypes>> = {
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
};

/** What webhooks' conditions and policies may speak of: objects, the request, its namespace and who may what. */
export const ADMISSION_ENVIRONMENT: Environment = BASE_ENVIRONMENT.extend({
  structs: STRUCTS,
  variables: {
    object: DYN,
    oldObject: DYN,
    namespaceObject: type('Namespace'),
    request: type('AdmissionRequest'),
    authorizer: AUTHORIZER,
    'authorizer.requestResource': RESOURCE_CHECK,
  },
});

/** The same where a policy has parameters. */
export const PARAMETRIZED_ENVIRONMENT: Environment = ADMISSION_ENVIRONMENT.extend({ variables: { params: DYN } });

/** Compiles an expression that must come to a type; issues are as clients see them. */
export function compileFor(expression: string, environment: Environment, wanted: CelType): Compilation {
  const { program, issues } = compile(expression, environment);
  if (program === undefined) return { issues: `compilation failed: ${issues}` };
  if (sameType(program.type, wanted)) return { program };
  return { issues: `must evaluate to ${typeText(wanted)} but got ${typeText(program.type)}` };
}

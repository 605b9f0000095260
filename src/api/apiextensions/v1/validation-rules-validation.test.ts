import { expect, test } from 'vitest';
import { errorTexts } from '#api/testing/defaulted.ts';
import { FieldPath } from '#machinery/errors/field-error.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { validateStructuralSchema } from './structural-schema-validation.ts';

const TEXT = { type: 'string' };
const rules = (...all: (string | object)[]) => ({
  'x-kubernetes-validations': all.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
});
const object = (properties: Record<string, object>, more: object = {}) => ({ type: 'object', properties, ...more });
const errorsOf = (schema: object) =>
  errorTexts(validateStructuralSchema(schema as JSONSchemaProps, new FieldPath('s')));
const shown = (rule: object) =>
  JSON.stringify({
    Rule: '',
    Message: '',
    MessageExpression: '',
    Reason: null,
    FieldPath: '',
    OptionalOldSelf: null,
    ...rule,
  });

test.each<[string, object, unknown[]]>([
  [
    'speak of what the schema names',
    object(
      {
        spec: object({
          'min-size': { type: 'integer' },
          port: { 'x-kubernetes-int-or-string': true },
          until: { type: 'string', format: 'date-time' },
          labels: { type: 'object', additionalProperties: TEXT, maxProperties: 10 },
          items: { type: 'array', maxItems: 10, items: object({ in: TEXT }, rules('self.__in__ != ""')) },
        }),
      },
      rules(
        'self.metadata.name == "a" && self.spec.min__dash__size > 1',
        'type(self.spec.port) == int ? self.spec.port > 0 : self.spec.port == "a"',
        'self.spec.until > timestamp("2026-01-01T00:00:00Z")',
        'self.spec.labels.all(key, self.spec.labels[key].size() < 10)',
        { rule: 'oldSelf.spec == self.spec', messageExpression: '"not so large"' },
        { rule: '!oldSelf.hasValue() || oldSelf.value().kind == self.kind', optionalOldSelf: true },
      ),
    ),
    [],
  ],
  [
    'speak of what there is not',
    object({ spec: object({ a: TEXT }) }, rules('self.spec.b == ""')),
    [
      expect.stringContaining(
        `s.x-kubernetes-validations[0].rule: Invalid value: ${shown({ Rule: 'self.spec.b == ""' })}: compilation failed: ERROR: <input>:1:10: undefined field 'b'`,
      ),
    ],
  ],
  [
    'are no questions',
    object({ a: TEXT }, rules({ rule: 'self.a', messageExpression: '1' }, { rule: 'true', messageExpression: '1' })),
    [
      `s.x-kubernetes-validations[0].rule: Invalid value: ${shown({ Rule: 'self.a', MessageExpression: '1' })}: cel expression must evaluate to a bool`,
      `s.x-kubernetes-validations[1].messageExpression: Invalid value: ${shown({ Rule: 'true', MessageExpression: '1' })}: messageExpression must evaluate to a string`,
    ],
  ],
  [
    'say nothing',
    object(
      { a: TEXT },
      rules(
        ' ',
        { rule: 'true', message: ' ' },
        { rule: 'true\n', message: 'a' },
        { rule: 'true ||\ntrue' },
        {
          rule: 'true',
          messageExpression: ' ',
          reason: 'Because',
        },
      ),
    ),
    [
      's.x-kubernetes-validations[0].rule: Required value: rule is not specified',
      's.x-kubernetes-validations[1].message: Invalid value: " ": must be non-empty if specified',
      's.x-kubernetes-validations[3].message: Required value: message must be specified if rule contains line breaks',
      's.x-kubernetes-validations[4].messageExpression: Required value: messageExpression must be non-empty if specified',
      's.x-kubernetes-validations[4].reason: Unsupported value: "Because": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"',
    ],
  ],
  [
    'ask for an old value that cannot be found, or do not ask for it',
    object({
      list: { type: 'array', maxItems: 5, items: { ...TEXT, maxLength: 5, ...rules('self == oldSelf') } },
      a: { ...TEXT, ...rules({ rule: 'true', optionalOldSelf: true }) },
    }),
    [
      's.properties[list].items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within s.properties[list]',
      's.properties[a].x-kubernetes-validations[0].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule',
    ],
  ],
  [
    'cost too much',
    object({ list: { type: 'array', items: TEXT } }, rules('self.list.all(a, self.list.all(b, a == b))')),
    [
      expect.stringMatching(
        /^s\.x-kubernetes-validations\[0\]\.rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x \(try simplifying/,
      ),
      's.x-kubernetes-validations[0].rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema',
      expect.stringMatching(
        /^s: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema/,
      ),
    ],
  ],
])('rules that %s', (_, schema, expected) => {
  expect(errorsOf(schema)).toEqual(expected);
});

import { checkDomainPrefixedPath } from '#api/checks.ts';
import type { Expression } from '#machinery/cel/ast.ts';
import type { Compilation } from '#machinery/cel/compile.ts';
import { duplicate, type FieldError, type FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import type { ClaimRule, JwtAuthenticator, Mapping } from './authentication-configuration.ts';
import { compileClaimRule, compileMapping, compileUserRule, looksAtClaim } from './oidc/claim-expressions.ts';

const BOTH = "claim and expression can't both be set";
const NEITHER = 'claim or expression is required';
const WITH_CLAIM = 'may not be specified when claim is set';
const WITH_EXPRESSION = 'may not be specified when expression is set';
const RESERVED = 'k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use';
const UNVERIFIED =
  'claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression';

/** Valid expressions but for that of the name: one of them may ask whether an address is verified. */
interface Seen {
  readonly others: Expression[];
}

/** What is wrong with what an issuer's claims must be, and with what is made of them. */
export function validateClaims(authenticator: JwtAuthenticator, field: FieldPath): FieldError[] {
  const { claimValidationRules = [], userValidationRules = [] } = authenticator;
  const seen: Seen = { others: [] };
  return [
    ...claimValidationRules.flatMap((rule, index) => {
      const before = claimValidationRules.slice(0, index);
      return validateRule(rule, { field: field.child('claimValidationRules').index(index), before, seen });
    }),
    ...validateMappings(authenticator, field.child('claimMappings'), seen),
    ...userValidationRules.flatMap(({ expression }, index) => {
      const at = field.child('userValidationRules').index(index).child('expression');
      if (!expression) return [required(at)];
      if (userValidationRules.findIndex((rule) => rule.expression === expression) < index)
        return [duplicate(at, expression)];
      return errorsOf(compileUserRule(expression), at, expression);
    }),
  ];
}

type RulePlace = { readonly field: FieldPath; readonly before: readonly ClaimRule[]; readonly seen: Seen };

function validateRule(rule: ClaimRule, { field, before, seen }: RulePlace): FieldError[] {
  const { claim, expression, message, requiredValue } = rule;
  if (claim && expression) return [invalid(field, claim, BOTH)];
  if (claim) {
    return [
      ...(message ? [invalid(field.child('message'), message, WITH_CLAIM)] : []),
      ...(before.some((other) => other.claim === claim) ? [duplicate(field.child('claim'), claim)] : []),
    ];
  }
  if (!expression) return [required(field, NEITHER)];
  const at = field.child('expression');
  const errors = requiredValue ? [invalid(field.child('requiredValue'), requiredValue, WITH_EXPRESSION)] : [];
  if (before.some((other) => other.expression === expression)) return [...errors, duplicate(at, expression)];
  const compilation = compileClaimRule(expression);
  if (compilation.program) seen.others.push(compilation.program.expression);
  return [...errors, ...errorsOf(compilation, at, expression)];
}

function validateMappings({ claimMappings = {} }: JwtAuthenticator, field: FieldPath, seen: Seen): FieldError[] {
  const { username = {}, groups = {}, uid = {} } = claimMappings;
  const errors = [
    ...(username.claim || username.expression ? [] : [required(field.child('username'), NEITHER)]),
    ...validateMapping(username, field.child('username')),
    ...validateMapping(groups, field.child('groups')),
    ...validateMapping({ ...uid, prefix: uid.expression ? undefined : '' }, field.child('uid')),
    ...validateExtra(claimMappings.extra ?? [], { field: field.child('extra'), seen }),
  ];
  const name = username.expression && !username.claim ? compileMapping(username.expression).program : undefined;
  const isVerified = (each: Expression) => looksAtClaim(each, 'email_verified');
  if (name && looksAtClaim(name.expression, 'email') && ![name.expression, ...seen.others].some(isVerified)) {
    errors.push(invalid(field.child('username', 'expression'), username.expression, UNVERIFIED));
  }
  return errors;
}

function validateMapping({ claim, expression, prefix }: Mapping, field: FieldPath): FieldError[] {
  if (claim && expression) return [invalid(field, '', BOTH)];
  if (expression) {
    const at = field.child('prefix');
    return [
      ...(prefix === undefined ? [] : [invalid(at, prefix, WITH_EXPRESSION)]),
      ...errorsOf(compileMapping(expression), field.child('expression'), expression),
    ];
  }
  const detail = 'prefix is required when claim is set. It can be set to an empty string to disable prefixing';
  return claim && prefix === undefined ? [required(field.child('prefix'), detail)] : [];
}

type Extra = NonNullable<NonNullable<JwtAuthenticator['claimMappings']>['extra']>;

function validateExtra(extra: Extra, { field, seen }: { field: FieldPath; seen: Seen }): FieldError[] {
  return extra.flatMap(({ key = '', valueExpression = '' }, index) => {
    const at = field.index(index).child('key');
    const errors = checkDomainPrefixedPath(at, key);
    if (key !== key.toLowerCase()) errors.push(invalid(at, key, 'must be lowercase'));
    if (/^([^/]*\.)?(kubernetes|k8s)\.io\//.test(key)) errors.push(invalid(at, key, RESERVED));
    if (extra.findIndex((other) => (other.key ?? '') === key) < index) return [...errors, duplicate(at, key)];
    const place = field.index(index).child('valueExpression');
    if (valueExpression === '') return [...errors, required(place)];
    const compilation = compileMapping(valueExpression);
    if (compilation.program) seen.others.push(compilation.program.expression);
    return [...errors, ...errorsOf(compilation, place, valueExpression)];
  });
}

const errorsOf = ({ issues }: Compilation, field: FieldPath, expression: string): FieldError[] =>
  issues === undefined ? [] : [invalid(field, expression, issues)];

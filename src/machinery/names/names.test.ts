import { describe, expect, test } from 'vitest';
import { isDNS1035Label, isDNS1123Label, isDNS1123Subdomain, isWildcardDNS1123Subdomain } from './dns.ts';
import { formatIp, parseCidr, parseIp } from './ip.ts';
import { isValidCidr, isValidCidrForLegacyField, isValidIp, isValidIpForLegacyField } from './ip-checks.ts';
import { isConfigMapKey, isEnvVarName, isHTTPHeaderName, isRelaxedEnvVarName } from './key.ts';
import { isQualifiedName, isValidLabelValue } from './label.ts';
import { byteLength } from './messages.ts';
import { isPathSegmentName } from './path-segment.ts';
import { isValidPortName, isValidPortNumber } from './port.ts';

const labelText =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const subdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const nameText =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

describe('names', () => {
  test.each<[string, (value: string) => string[], string, string[]]>([
    ['label', isDNS1123Label, 'a-1', []],
    ['label with dots', isDNS1123Label, 'a.b', ['must not contain dots']],
    ['label in capitals', isDNS1123Label, 'A', [labelText]],
    ['long label', isDNS1123Label, 'a'.repeat(64), ['must be no more than 63 characters']],
    ['subdomain', isDNS1123Subdomain, 'a.b-c.9', []],
    ['empty subdomain', isDNS1123Subdomain, '', [subdomainText]],
    ['subdomain and newline', isDNS1123Subdomain, 'a\n', [subdomainText]],
    ['1035 label', isDNS1035Label, 'a1', []],
    ['wildcard', isWildcardDNS1123Subdomain, '*.a.b', []],
    ['qualified name', isQualifiedName, 'example.com/My_name', []],
    ['qualified name without prefix', isQualifiedName, '/x', ['prefix part must be non-empty']],
    ['empty qualified name', isQualifiedName, '', ['name part must be non-empty', nameText]],
    ['long qualified name', isQualifiedName, 'a'.repeat(64), ['name part must be no more than 63 bytes']],
    ['empty label value', isValidLabelValue, '', []],
    ['path segment', isPathSegmentName, '..', ["may not be '..'"]],
    ['path segment with slash', isPathSegmentName, 'a/%', ["may not contain '/'", "may not contain '%'"]],
    ['port name', isValidPortName, 'http-1', []],
    ['port name of digits', isValidPortName, '80', ['must contain at least one letter (a-z)']],
    ['config map key', isConfigMapKey, '..a', ["must not start with '..'"]],
    ['environment variable', isEnvVarName, 'A.b-c_1', []],
    ['relaxed environment variable', isRelaxedEnvVarName, '1 a', []],
    [
      'relaxed environment variable with =',
      isRelaxedEnvVarName,
      'a=b',
      ["a valid environment variable name must consist only of printable ASCII characters other than '='"],
    ],
    ['header', isHTTPHeaderName, 'X-A', []],
    ['address', isValidIp, '10.0.0.1', []],
    ['address in capitals', isValidIp, '2001:DB8::1', ['must be in canonical form ("2001:db8::1")']],
    ['address with zeros', isValidIp, '010.0.0.1', ['must not have leading 0s']],
    ['mapped address', isValidIp, '::ffff:1.2.3.4', ['must not be an IPv4-mapped IPv6 address']],
    ['no address', isValidIp, '1.2.3', ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
    ['network', isValidCidr, '10.0.0.0/8', []],
    ['network with host bits', isValidCidr, '10.0.0.1/8', ['must not have bits set beyond the prefix length']],
    ['no network', isValidCidr, '10.0.0.0/33', ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']],
  ])('%s', (_, check, value, errors) => {
    expect(check(value)).toEqual(errors);
  });

  test('legacy fields accept what strict ones refuse when told so', () => {
    expect(isValidIpForLegacyField('010.0.0.1', { strict: false })).toEqual([]);
    expect(isValidCidrForLegacyField('10.0.0.1/08', { strict: false })).toEqual([]);
  });

  test('port numbers', () => {
    expect(isValidPortNumber(0)).toEqual(['must be between 1 and 65535, inclusive']);
    expect(isValidPortNumber(65535)).toEqual([]);
  });

  test('lengths are counted in UTF-8 bytes', () => {
    for (const text of ['', 'a', 'é', '漢', '😀', 'a😀é'])
      expect(byteLength(text)).toBe(new TextEncoder().encode(text).length);
  });

  test.each([
    ['::', '::'],
    ['1::', '1::'],
    ['0:0:1:0:0:0:0:1', '0:0:1::1'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['::1.2.3.4', '::102:304'],
    ['fe80::0abc', 'fe80::abc'],
  ])('%s prints as %s', (text, canonical) => {
    expect(formatIp(parseIp(text)!)).toBe(canonical);
  });

  test.each(['', ':', '1:2', ':::', '1::2::3', 'g::', '1.2.3.4.5', '256.1.1.1', 'fe80::1%eth0', '1:2:3:4:5:6:7:8:9'])(
    '%s is no address',
    (text) => {
      expect(parseIp(text)).toBeUndefined();
    },
  );

  test('networks know their base', () => {
    expect(parseCidr('10.1.2.3/16')?.base).toBe(parseIp('10.1.0.0')?.value);
  });
});

import { expect, test } from 'vitest';
import { BASE_ENVIRONMENT } from './base-environment.ts';
import { compile } from './compile.ts';
import { DYN, INT, listOf, mapOf, STRING, struct, typeText } from './types.ts';
import { EntryMap, type Value } from './values.ts';

const VARIABLES: Readonly<Record<string, Value>> = {
  name: 'web-1',
  numbers: [3n, 1n, 2n],
  labels: new EntryMap([
    ['app', 'web'],
    ['tier', 'front'],
  ]),
  anything: new EntryMap([['count', 3n]]),
};

const ENVIRONMENT = BASE_ENVIRONMENT.extend({
  variables: {
    name: STRING,
    numbers: listOf(INT),
    labels: mapOf(STRING, STRING),
    anything: DYN,
    thing: struct('Thing'),
  },
  structs: { Thing: { size: INT } },
});

const shown = (value: unknown): string =>
  JSON.stringify(value, (_, each) =>
    typeof each === 'bigint'
      ? Number(each)
      : each instanceof EntryMap
        ? each.keys().map((key) => [key, each.find(key)])
        : each,
  );

/** Type and value of an expression, or what is wrong with it. */
function run(expression: string): string {
  const { program, issues } = compile(expression, ENVIRONMENT);
  if (program === undefined) return issues;
  try {
    return `${typeText(program.type)} ${shown(program.run({ variable: (each) => VARIABLES[each] }).value)}`;
  } catch (error) {
    return `fails: ${(error as Error).message}`;
  }
}

test.each([
  ['1 + 2 * 3', 'int 7'],
  ['-9223372036854775808', 'int -9223372036854776000'],
  ['9223372036854775807 + 1', 'fails: integer overflow'],
  ['7 / 0', 'fails: division by zero'],
  ['7.0 / 2.0', 'double 3.5'],
  ['0x10u == uint(16)', 'bool true'],
  ['1 < 1.5 && 2u > 1', 'bool true'],
  ['"a" + r"\\n" + "\\u00e9"', 'string "a\\\\né"'],
  [
    'b"\\xff".size().format([])',
    "ERROR: <input>:1:22: found no matching overload for 'format' applied to 'int.(list(dyn))'\n | b\"\\xff\".size().format([])\n | .....................^",
  ],
  ['name.split("-")[1] == "1" ? "one" : "other"', 'string "one"'],
  ['numbers.map(n, n * 2).filter(n, n > 2)', 'list(int) [6,4]'],
  ['numbers.exists_one(n, n == 2)', 'bool true'],
  ['numbers.sort() + numbers.sortBy(n, -n)', 'list(int) [1,2,3,3,2,1]'],
  ['numbers.all(i, n, n > i - 2)', 'bool true'],
  ['labels.transformMap(k, v, v + k)', 'map(string, string) [["app","webapp"],["tier","fronttier"]]'],
  ['labels.?missing.orValue("none")', 'string "none"'],
  ['labels[?"app"].optMap(v, v.size()).value()', 'int 3'],
  ['has(labels.app) && !has(labels.other)', 'bool true'],
  ['labels.other == "x" || true', 'bool true'],
  ['[1, 2].all(n, n / (n - 1) > 0)', 'fails: division by zero'],
  ['[0, 1].exists(n, 1 / n == 1)', 'bool true'],
  ['anything.count + 1', 'int 4'],
  ['anything.count + "x"', 'fails: no such overload: _+_(int, string)'],
  ['type(numbers) == list', 'bool true'],
  ['timestamp("2026-01-02T03:04:05Z").getFullYear("+02:00")', 'int 2026'],
  ['string(timestamp("2026-01-02T03:04:05Z") + duration("1h30m"))', 'string "2026-01-02T04:34:05Z"'],
  ['"%s has %s".format([name, "3"])', 'string "web-1 has 3"'],
  ['quantity("1.5Gi").add(quantity("512Mi")).isGreaterThan(quantity("2G"))', 'bool true'],
  ['isSemver("v1.0") || semver("v1.0", true).major() == 1', 'bool true'],
  ['sets.contains([1, 2, 3], [2])', 'bool true'],
  ['"%d%%".format([7])', 'string "7%"'],
  ['"aaaa".find("a{2}") + string("aXbX".findAll("[a-z]").size())', 'string "aa2"'],
  ['ip("192.168.0.1").isGlobalUnicast() && isIP("::1") && !isIP("10.0.0.01")', 'bool true'],
  ['cidr("10.1.2.3/8").containsIP("10.9.9.9") && cidr("10.0.0.0/8").containsCIDR("10.1.0.0/16")', 'bool true'],
  ['string(cidr("10.1.2.3/8").masked()) + " " + string(cidr("10.1.2.3/8").ip())', 'string "10.0.0.0/8 10.1.2.3"'],
  ['ip("fe80::1").family() == 6 && ip("fe80::1").isLinkLocalUnicast()', 'bool true'],
  ['type(ip("10.0.0.1")) == net.IP', 'bool true'],
  ['url("https://user@example.com:80/a%20b?c=d&c=e").getQuery()["c"]', 'list(string) ["d","e"]'],
  ['url("https://[::1]:80/a").getHostname() + url("https://[::1]:80/a").getPort()', 'string "::180"'],
  ['isURL("/path") && !isURL("path")', 'bool true'],
  [
    'format.dns1123Label().validate("A").hasValue() && !format.named("uuid").value().validate("x").orValue([]).isSorted()',
    'bool false',
  ],
  ['format.date().validate("2026-02-30").value()', 'list(string) ["invalid date"]'],
  ['[1, "a"]', "ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, \"a\"]\n | ....^"],
  [
    'nope(1) + other',
    "ERROR: <input>:1:5: undeclared reference to 'nope' (in container '')\n | nope(1) + other\n | ....^\nERROR: <input>:1:11: undeclared reference to 'other' (in container '')\n | nope(1) + other\n | ..........^",
  ],
  ['thing.weight', "ERROR: <input>:1:6: undefined field 'weight'\n | thing.weight\n | .....^"],
  [
    'Thing{size: "a"}',
    "ERROR: <input>:1:11: expected type of field 'size' is 'int' but provided type is 'string'\n | Thing{size: \"a\"}\n | ..........^",
  ],
  ['name.matches("(")', 'ERROR: <input>:1:14: invalid matches argument\n | name.matches("(")\n | .............^'],
  ['duration("1 hour")', 'ERROR: <input>:1:10: invalid duration argument\n | duration("1 hour")\n | .........^'],
  ['has(name)', 'ERROR: <input>:1:4: invalid argument to has() macro\n | has(name)\n | ...^'],
  [
    '1 +\n  ?',
    "ERROR: <input>:2:3: Syntax error: mismatched input '?' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n |   ?\n | ..^",
  ],
  ['package', 'ERROR: <input>:1:1: reserved identifier: package\n | package\n | ^'],
])('%s means what it must', (expression, expected) => {
  expect(run(expression)).toBe(expected);
});

const TOO_DEEP = 'ERROR: <input>:-1:0: expression recursion limit exceeded: 250';
test.each([
  ['parentheses', (count: number) => `${'('.repeat(count)}1${')'.repeat(count)}`, 249, 'int 1'],
  ['a sum', (count: number) => `0${' + 1'.repeat(count)}`, 248, 'int 248'],
  ['a comparison', (count: number) => `true${' == true'.repeat(count)}`, 248, 'bool true'],
  ['a selection', (count: number) => `[0]${'.map(x, x)'.repeat(count)}[0]`, 40, 'int 0'],
])('%s may be nested or long up to a limit', (_what, make, most, expected) => {
  expect(run(make(most))).toBe(expected);
  expect(run(make(300))).toBe(TOO_DEEP);
});

test('an expression may be 100,000 characters long', () => {
  const text = (size: number) => `"${'é'.repeat(size - 2)}".size()`.slice(0, size);
  expect(run(`"${'é'.repeat(99_991)}".size()`)).toBe('int 99991');
  expect(run(text(100_001))).toBe(
    'ERROR: <input>:-1:0: expression code point size exceeds limit: size: 100001, limit 100000',
  );
});

test('What is evaluated is counted, whether short or long', () => {
  const cost = (expression: string): number =>
    compile(expression, ENVIRONMENT).program!.run({ variable: (each) => VARIABLES[each] }).cost;
  expect(
    [
      'true',
      'name == "web-1"',
      'numbers.all(n, n > 0)',
      'numbers.map(n, n + 1)',
      'has(labels.app)',
      'name.contains("web")',
    ].map(cost),
  ).toEqual([0, 2, 17, 54, 0, 2]);
});

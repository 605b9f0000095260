import { table } from '#base/table.ts';
import { isDNS1035Label, isDNS1123Label, isDNS1123Subdomain } from '../../names/dns.ts';
import { isQualifiedName, isValidLabelValue } from '../../names/label.ts';
import { parseMoment } from '../../objects/time.ts';
import { type Functions, member, plain } from '../environment.ts';
import { listOf, optionalOf, STRING, struct } from '../types.ts';
import { LibraryValue, Optional } from '../values.ts';
import { urlProblem } from './urls.ts';

export const FORMAT = struct('kubernetes.NamedFormat');

type Check = (text: string) => string[];

class FormatValue extends LibraryValue {
  readonly type = FORMAT;
  readonly name: string;
  readonly check: Check;
  constructor(name: string, check: Check) {
    super();
    this.name = name;
    this.check = check;
  }
  override equals(other: LibraryValue): boolean {
    return other instanceof FormatValue && other.name === this.name;
  }
}

/** The same for what something follows. */
const prefix =
  (check: Check): Check =>
  (text) =>
    check(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text);

const test =
  (holds: (text: string) => boolean, problem: string): Check =>
  (text) =>
    holds(text) ? [] : [problem];

const UUID = /^(?:[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && parseMoment(`${text}T00:00:00Z`) !== undefined;

function uriErrors(text: string): string[] {
  const problem = urlProblem(text);
  return problem === undefined ? [] : [problem];
}

const FORMATS = table<Check>({
  dns1123Label: isDNS1123Label,
  dns1123Subdomain: isDNS1123Subdomain,
  dns1035Label: isDNS1035Label,
  qualifiedName: isQualifiedName,
  dns1123LabelPrefix: prefix(isDNS1123Label),
  dns1123SubdomainPrefix: prefix(isDNS1123Subdomain),
  dns1035LabelPrefix: prefix(isDNS1035Label),
  labelValue: isValidLabelValue,
  uri: uriErrors,
  uuid: test((text) => UUID.test(text), 'does not match the UUID format'),
  byte: test((text) => BASE64.test(text), 'invalid base64'),
  date: test(isDate, 'invalid date'),
  datetime: test((text) => parseMoment(text) !== undefined, 'invalid datetime'),
});

const VALUES = new Map(Object.entries(FORMATS).map(([name, check]) => [name, new FormatValue(name, check)]));

function validate({ check }: FormatValue, text: string): Optional {
  const errors = check(text);
  return errors.length === 0 ? Optional.NONE : new Optional(errors);
}

const named = (name: string): Optional => {
  const format = VALUES.get(name);
  return format === undefined ? Optional.NONE : new Optional(format);
};

/** Forms that texts have in Kubernetes. */
export const NAMED_FORMATS: Functions = {
  validate: [member([FORMAT, STRING], optionalOf(listOf(STRING)), validate)],
  'format.named': [plain([STRING], optionalOf(FORMAT), named)],
  ...Object.fromEntries([...VALUES].map(([name, format]) => [`format.${name}`, [plain([], FORMAT, () => format)]])),
};

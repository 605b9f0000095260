interface LayoutElement {
  readonly name: string;
  readonly pattern: RegExp;
  readonly maximum?: number;
  readonly label?: string;
}

const digits = (count: number) => new RegExp(`^[0-9]{${count}}`);
const literal = (text: string): LayoutElement => ({ name: text, pattern: new RegExp(`^${text}`) });

const DATE_AND_TIME: readonly LayoutElement[] = [
  { name: '2006', pattern: digits(4) },
  literal('-'),
  { name: '01', pattern: digits(2), maximum: 12, label: 'month' },
  literal('-'),
  { name: '02', pattern: digits(2), maximum: 31, label: 'day' },
  literal('T'),
  { name: '15', pattern: digits(2), maximum: 23, label: 'hour' },
  literal(':'),
  { name: '04', pattern: digits(2), maximum: 59, label: 'minute' },
  literal(':'),
  { name: '05', pattern: digits(2), maximum: 59, label: 'second' },
];
const ZONE: LayoutElement = { name: 'Z07:00', pattern: /^(Z|[+-][0-9]{2}:[0-9]{2})/ };
const MICROS: LayoutElement = { name: '.000000', pattern: /^\.[0-9]{6}/ };
const ANY_FRACTION: LayoutElement = { name: '', pattern: /^([.,][0-9]+)?/ };

/** What Go says of a text that is no RFC 3339 time; `micro` is the layout with microseconds. */
export function goTimeError(text: string, options: { readonly micro: boolean }): string {
  const layout = options.micro ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
  const head = `parsing time ${JSON.stringify(text)}`;
  let rest = text;
  for (const element of [...DATE_AND_TIME, options.micro ? MICROS : ANY_FRACTION, ZONE]) {
    const match = element.pattern.exec(rest);
    if (match === null) return `${head} as "${layout}": cannot parse ${JSON.stringify(rest)} as "${element.name}"`;
    if (element.maximum !== undefined && Number(match[0]) > element.maximum)
      return `${head}: ${element.label} out of range`;
    rest = rest.slice(match[0].length);
  }
  return rest === '' ? `${head}: day out of range` : `${head}: extra text: ${JSON.stringify(rest)}`;
}

import { SelectorError } from './requirement.ts';

/** One condition of a field selector. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** A conjunction of conditions on fields of an object. Immutable. */
export class FieldSelector {
  readonly requirements: readonly FieldRequirement[];

  constructor(requirements: readonly FieldRequirement[]) {
    this.requirements = requirements;
  }

  get isEmpty(): boolean {
    return this.requirements.length === 0;
  }

  /** `field` gives the value of a field as text; absent fields are the empty text. */
  matches(field: (name: string) => string | undefined): boolean {
    return this.requirements.every(
      (requirement) => ((field(requirement.field) ?? '') === requirement.value) === (requirement.operator === '='),
    );
  }

  /** The only value that a field may have, where one condition says so. */
  requiresExactMatch(field: string): string | undefined {
    return this.requirements.find((candidate) => candidate.field === field && candidate.operator === '=')?.value;
  }

  toString(): string {
    return this.requirements
      .map(({ field, operator, value }) => `${field}${operator}${value.replace(/[\\,=]/g, '\\$&')}`)
      .join(',');
  }
}

export const allFields: FieldSelector = new FieldSelector([]);

/** Reads `metadata.name=x,status.phase!=Running`; `\` escapes `\`, `,` and `=` in values. Throws `SelectorError`. */
export function parseFieldSelector(text: string): FieldSelector {
  const terms = splitTerms(text)
    .sort()
    .filter((term) => term !== '');
  const requirements = terms.map((term) => parseTerm(term, text));
  return new FieldSelector(requirements.filter(({ field, value }) => field !== '' || value !== ''));
}

function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === ',') {
      terms.push(text.slice(start, i));
      start = i + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function parseTerm(term: string, selector: string): FieldRequirement {
  const match = /!=|==|=/.exec(term);
  if (match === null) throw new SelectorError(`invalid selector: '${selector}'; can't understand '${term}'`);
  return {
    field: term.slice(0, match.index),
    operator: match[0] === '!=' ? '!=' : '=',
    value: unescapeValue(term.slice(match.index + match[0].length)),
  };
}

function unescapeValue(text: string): string {
  let value = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === ',' || char === '=')
      throw new SelectorError(`invalid field selector: unescaped character in value: ${char.charCodeAt(0)}`);
    if (char === '\\') {
      const next = text[++i];
      if (next === undefined || !'\\,='.includes(next))
        throw new SelectorError(`invalid field selector: invalid escape sequence: \\${next ?? ''}`);
      value += next;
    } else value += char;
  }
  return value;
}

import {
  type Labels,
  newRequirement,
  type Operator,
  type Requirement,
  requirementMatches,
  requirementText,
  SelectorError,
} from './requirement.ts';

const byKey = (a: Requirement, b: Requirement): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** A conjunction of requirements on labels. Immutable; `requirements` are sorted by key, for indexing. */
export class Selector {
  readonly requirements: readonly Requirement[];
  /** Whether this selects nothing at all, as an absent LabelSelector does; `requirements` is then empty. */
  readonly selectsNothing: boolean;

  constructor(requirements: readonly Requirement[], options: { readonly selectsNothing?: boolean } = {}) {
    this.requirements = [...requirements].sort(byKey);
    this.selectsNothing = options.selectsNothing ?? false;
  }

  /** Whether every object is selected. */
  get isEmpty(): boolean {
    return this.requirements.length === 0 && !this.selectsNothing;
  }

  matches(labels: Labels): boolean {
    if (this.selectsNothing) return false;
    for (const requirement of this.requirements) if (!requirementMatches(requirement, labels)) return false;
    return true;
  }

  /** The only value that a label may have, where one requirement says so. */
  requiresExactMatch(key: string): string | undefined {
    const requirement = this.requirements.find((candidate) => candidate.key === key);
    if (requirement === undefined || requirement.values.length !== 1) return undefined;
    return ['=', '==', 'in'].includes(requirement.operator) ? requirement.values[0] : undefined;
  }

  toString(): string {
    return this.requirements.map(requirementText).join(',');
  }
}

export const everything: Selector = new Selector([]);
export const nothing: Selector = new Selector([], { selectsNothing: true });

/** The shape of the API's LabelSelector. */
export interface LabelSelectorObject {
  readonly matchLabels?: Readonly<Record<string, string>> | undefined;
  readonly matchExpressions?:
    | readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] | undefined }[]
    | undefined;
}

const OPERATORS: Readonly<Record<string, Operator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

/** A LabelSelector object as a selector: absent selects nothing, empty everything. Throws `SelectorError`. */
export function selectorFromObject(object: LabelSelectorObject | null | undefined): Selector {
  if (object === null || object === undefined) return nothing;
  const requirements = Object.entries(object.matchLabels ?? {}).map(([key, value]) =>
    newRequirement(key, '=', [value]),
  );
  for (const { key, operator, values } of object.matchExpressions ?? []) {
    const known = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
    if (known === undefined)
      throw new SelectorError(`${JSON.stringify(operator)} is not a valid label selector operator`);
    requirements.push(newRequirement(key, known, values ?? []));
  }
  return requirements.length === 0 ? everything : new Selector(requirements);
}

/** A selector for exactly these labels, unchecked; none selects everything. */
export const selectorFromSet = (labels: Labels): Selector =>
  new Selector(Object.entries(labels ?? {}).map(([key, value]) => ({ key, operator: '=', values: [value] })));

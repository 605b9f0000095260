import { type CelType, DYN, isDyn, isDynOrError, sameType } from './types.ts';

/** What the type parameters of an expression stand for, as far as that is known. */
export class Substitutions {
  #bound: Map<string, CelType> = new Map();
  #count = 0;

  fresh(): CelType {
    return { kind: 'parameter', name: `_var${this.#count++}`, parameters: [] };
  }

  find(type: CelType): CelType | undefined {
    return type.kind === 'parameter' ? this.#bound.get(type.name) : undefined;
  }

  /** Whether values of each type can go where the other is wanted; what that says of parameters is kept only if so. */
  assign(types: readonly CelType[], wanted: readonly CelType[]): boolean {
    const before = new Map(this.#bound);
    if (this.#assignAll(types, wanted)) return true;
    this.#bound = before;
    return false;
  }

  #assignAll(types: readonly CelType[], wanted: readonly CelType[]): boolean {
    return types.length === wanted.length && types.every((type, index) => this.#assign(type, wanted[index]!));
  }

  #assign(a: CelType, b: CelType): boolean {
    if (b.kind === 'parameter') {
      const fits = this.#bind(a, b);
      if (fits !== 'no') return fits === 'yes';
    }
    if (a.kind === 'parameter') return this.#bind(b, a) === 'yes';
    if (isDynOrError(a) || isDynOrError(b)) return true;
    if (a.kind === 'null') return isNullable(b);
    if (b.kind === 'null') return isNullable(a);
    if (a.kind !== b.kind) return false;
    if (a.kind === 'type') return true;
    return a.name === b.name && this.#assignAll(a.parameters, b.parameters);
  }

  /** `no` when the parameter cannot stand for the type, and nothing is known of it; `never` when something else is. */
  #bind(type: CelType, parameter: CelType): 'yes' | 'no' | 'never' {
    if (sameType(type, parameter)) return 'yes';
    const known = this.find(parameter);
    if (known === undefined) {
      if (!this.#isFree(parameter, type)) return 'no';
      this.#bound.set(parameter.name, type);
      return 'yes';
    }
    if (sameType(type, known)) return 'yes';
    if (!this.#assign(type, known)) return 'never';
    const general = isLessSpecific(type, known) ? type : known;
    if (this.#isFree(parameter, general)) this.#bound.set(parameter.name, general);
    return 'yes';
  }

  /** Whether a parameter does not occur in a type. */
  #isFree(parameter: CelType, type: CelType): boolean {
    if (sameType(parameter, type)) return false;
    if (type.kind === 'parameter') {
      const known = this.find(type);
      return known === undefined || this.#isFree(parameter, known);
    }
    return type.parameters.every((each) => this.#isFree(parameter, each));
  }

  /** A type with its parameters replaced; unknown ones become `dyn` at the end. */
  apply(type: CelType, final = false): CelType {
    const known = this.find(type);
    if (known !== undefined) return this.apply(known, final);
    if (type.kind === 'parameter') return final ? DYN : type;
    if (type.parameters.length === 0) return type;
    return { ...type, parameters: type.parameters.map((each) => this.apply(each, final)) };
  }
}

const NULLABLE = new Set(['null', 'opaque', 'struct', 'any', 'duration', 'timestamp']);
const isNullable = ({ kind }: CelType): boolean => NULLABLE.has(kind);

/** Whether a type says the same as another, or less. */
export function isLessSpecific(a: CelType, b: CelType): boolean {
  if (isDyn(a) || a.kind === 'parameter') return true;
  if (isDyn(b) || b.kind === 'parameter') return false;
  if (a.kind !== b.kind || a.name !== b.name || a.parameters.length !== b.parameters.length) return false;
  return a.kind === 'type' || a.parameters.every((each, index) => isLessSpecific(each, b.parameters[index]!));
}

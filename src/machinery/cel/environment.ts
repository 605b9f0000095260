import { type CelType, DYN, struct, TYPE, typeOf } from './types.ts';
import type { Value } from './values.ts';

/** What a function gets besides its arguments. */
export type Implementation = (...args: never[]) => Value;

/** One way of calling a function. */
export interface Overload {
  /** Called as `a.f(b)`; the receiver is the first argument. */
  readonly member: boolean;
  readonly args: readonly CelType[];
  readonly result: CelType;
  readonly run: Implementation;
}

export type Functions = Readonly<Record<string, readonly Overload[]>>;

/** Fields by name, of a type of which that is known. */
export type FieldTypes = Readonly<Record<string, CelType>>;

/** What an environment can be told. */
export interface Declarations {
  readonly functions?: Functions;
  readonly variables?: Readonly<Record<string, CelType>>;
  /** Types with fields, by name. */
  readonly structs?: Readonly<Record<string, FieldTypes>>;
  /** Whether a type of that name has fields of any name and type. */
  readonly isOpen?: (type: string) => boolean;
  /** Other types whose names are values, as in `type(x) == net.IP`. */
  readonly types?: readonly CelType[];
  /** Makes values of struct literals; without it there are none. */
  readonly construct?: (type: string, fields: ReadonlyMap<string, Value>) => Value;
}

export const member = (args: readonly CelType[], result: CelType, run: Implementation): Overload => ({
  member: true,
  args,
  result,
  run,
});
export const plain = (args: readonly CelType[], result: CelType, run: Implementation): Overload => ({
  member: false,
  args,
  result,
  run,
});

/** The functions, variables and types that expressions may use. Immutable: `extend` makes a larger one. */
export class Environment {
  readonly #functions: ReadonlyMap<string, readonly Overload[]>;
  readonly #variables: ReadonlyMap<string, CelType>;
  readonly #structs: ReadonlyMap<string, FieldTypes>;
  readonly #types: ReadonlyMap<string, CelType>;
  readonly #isOpen: (type: string) => boolean;
  readonly construct: Declarations['construct'];

  private constructor(
    functions: ReadonlyMap<string, readonly Overload[]>,
    variables: ReadonlyMap<string, CelType>,
    structs: ReadonlyMap<string, FieldTypes>,
    types: ReadonlyMap<string, CelType>,
    { isOpen = () => false, construct }: Pick<Declarations, 'isOpen' | 'construct'>,
  ) {
    this.#functions = functions;
    this.#variables = variables;
    this.#structs = structs;
    this.#types = types;
    this.#isOpen = isOpen;
    this.construct = construct;
  }

  static readonly EMPTY = new Environment(new Map(), new Map(), new Map(), new Map(), {});

  /** Functions of a name that is known already get further overloads. */
  extend(declarations: Declarations): Environment {
    const { functions = {}, variables = {}, structs = {}, types = [] } = declarations;
    const all = new Map(this.#functions);
    for (const [name, overloads] of Object.entries(functions)) all.set(name, [...(all.get(name) ?? []), ...overloads]);
    return new Environment(
      all,
      new Map([...this.#variables, ...Object.entries(variables)]),
      new Map([...this.#structs, ...Object.entries(structs)]),
      new Map([...this.#types, ...types.map((type) => [type.name, type] as const)]),
      { isOpen: declarations.isOpen ?? this.#isOpen, construct: declarations.construct ?? this.construct },
    );
  }

  overloads(name: string): readonly Overload[] | undefined {
    return this.#functions.get(name);
  }

  variable(name: string): CelType | undefined {
    return this.#variables.get(name);
  }

  /** Whether a type has fields that are known by name. */
  hasFields(type: string): boolean {
    return this.#structs.has(type) || this.#isOpen(type);
  }

  /** The type of a field; undefined where there is none of that name. */
  fieldType(type: string, field: string): CelType | undefined {
    const fields = this.#structs.get(type);
    if (fields !== undefined) return Object.hasOwn(fields, field) ? fields[field] : undefined;
    return this.#isOpen(type) ? DYN : undefined;
  }

  /** The type that a name stands for. */
  typeNamed(name: string): CelType | undefined {
    return this.#types.get(name) ?? (this.hasFields(name) ? struct(name) : undefined);
  }

  /** The type of a name, be it a variable's or a type's. */
  identifier(name: string): CelType | undefined {
    const variable = this.#variables.get(name);
    if (variable !== undefined) return variable;
    const type = this.typeNamed(name);
    return type === undefined ? undefined : type.kind === 'type' ? typeOf(TYPE) : typeOf(type);
  }
}

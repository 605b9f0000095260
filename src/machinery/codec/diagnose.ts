import { type MessageSchema, resolveSchema, type Schema } from '#machinery/schema/schema.ts';
import { DecodeError } from './decode-error.ts';
import { flatFields } from './flat-fields.ts';
import { goStructName, goType, goValueName } from './go-type.ts';
import { SCALAR_DECODERS, TypeMismatch } from './scalar.ts';

/** Upstream stops counting here. */
const MAX_PROBLEMS = 100;

const NO_PATHS: ReadonlySet<string> = new Set();

/**
 * Walks a value under its schema with paths, in the order of the text: throws `DecodeError` at the first value of a
 * wrong type, otherwise returns the strict problems (`unknown field "spec.foo"`). Slow: for values known to be wrong.
 * `duplicates` are paths of members that the text names twice.
 */
export function diagnose(schema: Schema, value: unknown, duplicates: ReadonlySet<string> = NO_PATHS): string[] {
  const walk = new Walk(duplicates);
  walk.visit(schema, value, { path: '', fields: '', struct: '' });
  return walk.problems;
}

interface Place {
  /** With indices: `spec.containers[0].image`. */
  readonly path: string;
  /** Without: `spec.containers.image`. */
  readonly fields: string;
  /** The struct that has the field. */
  readonly struct: string;
}

class Walk {
  readonly problems: string[] = [];
  readonly #duplicates: ReadonlySet<string>;

  constructor(duplicates: ReadonlySet<string>) {
    this.#duplicates = duplicates;
  }

  visit(schema: Schema, value: unknown, place: Place): void {
    if (value === null || value === undefined) return;
    const resolved = resolveSchema(schema);
    switch (resolved.type) {
      case 'scalar':
        try {
          SCALAR_DECODERS[resolved.scalar](value);
        } catch (error) {
          if (error instanceof TypeMismatch) throw mismatchError(error.found, resolved, place);
          throw new DecodeError((error as Error).message, place.path);
        }
        if (typeof value === 'object') this.#duplicatesBelow(value, place.path);
        return;
      case 'list':
        if (!Array.isArray(value)) throw mismatchError(goValueName(value), resolved, place);
        for (const [index, item] of value.entries())
          this.visit(resolved.items, item, { ...place, path: `${place.path}[${index}]` });
        return;
      case 'map':
        this.#object(resolved, value, place, (key, member, path) => {
          this.visit(resolved.values, member, { ...place, path: append(path, key) });
          return true;
        });
        return;
      case 'message':
        this.#message(resolved, value, place);
    }
  }

  #message(schema: MessageSchema, value: unknown, place: Place): void {
    const known = new Map(flatFields(schema).map(({ name, field }) => [name, field]));
    this.#object(schema, value, place, (key, member, path) => {
      const field = known.get(key);
      if (field === undefined) {
        this.#add(`unknown field "${append(path, key)}"`);
        return false;
      }
      this.visit(field.schema, member, {
        path: append(path, key),
        fields: append(place.fields, key),
        struct: goStructName(schema.name),
      });
      return true;
    });
  }

  #object(
    schema: Schema,
    value: unknown,
    place: Place,
    isKnown: (key: string, value: unknown, path: string) => boolean,
  ): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw mismatchError(goValueName(value), schema, place);
    for (const [key, given] of Object.entries(value)) {
      if (given === undefined) continue;
      // A member that is unknown and there twice is only reported as unknown.
      if (isKnown(key, given, place.path)) this.#duplicate(append(place.path, key));
    }
  }

  #duplicatesBelow(value: object, path: string): void {
    for (const [key, member] of Object.entries(value)) {
      const memberPath = Array.isArray(value) ? `${path}[${key}]` : append(path, key);
      this.#duplicate(memberPath);
      if (typeof member === 'object' && member !== null) this.#duplicatesBelow(member, memberPath);
    }
  }

  #duplicate(path: string): void {
    if (this.#duplicates.has(path)) this.#add(`duplicate field "${path}"`);
  }

  #add(problem: string): void {
    if (this.problems.length < MAX_PROBLEMS && !this.problems.includes(problem)) this.problems.push(problem);
  }
}

const append = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

const mismatchError = (found: string, schema: Schema, { path, fields, struct }: Place): DecodeError =>
  new DecodeError(
    struct === ''
      ? `json: cannot unmarshal ${found} into Go value of type ${goType(schema)}`
      : `json: cannot unmarshal ${found} into Go struct field ${struct}.${fields} of type ${goType(schema)}`,
    path,
  );

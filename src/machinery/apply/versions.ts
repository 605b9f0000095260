import type { JsonObject, MapShape } from './shape.ts';

/** The API versions of a kind, between which objects are converted to compare them with what a manager wrote. */
export interface Versions {
  /** Undefined for versions that are not served. */
  readonly shape: (apiVersion: string) => MapShape | undefined;
  /** Undefined when either version is not served. */
  readonly convert: (object: JsonObject, from: string, to: string) => JsonObject | undefined;
}

/** A kind with one version. */
export const singleVersion = (apiVersion: string, shape: MapShape): Versions => ({
  shape: (asked) => (asked === apiVersion ? shape : undefined),
  convert: (object, from, to) => (from === apiVersion && to === apiVersion ? object : undefined),
});

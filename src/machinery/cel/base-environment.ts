import { Environment } from './environment.ts';
import { CONVERSIONS } from './library/conversions.ts';
import { LISTS, SETS } from './library/lists.ts';
import { OPERATORS } from './library/operators.ts';
import { OPTIONALS } from './library/optionals.ts';
import { QUANTITIES, QUANTITY } from './library/quantities.ts';
import { REGEX } from './library/regex.ts';
import { SEMVER, SEMVERS } from './library/semvers.ts';
import { STRINGS } from './library/strings.ts';
import { TIME } from './library/time.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  STRING,
  TIMESTAMP,
  TYPE,
  UINT,
} from './types.ts';

const TYPES = [
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  INT,
  listOf(DYN),
  mapOf(DYN, DYN),
  NULL,
  optionalOf(DYN),
  STRING,
  TIMESTAMP,
  TYPE,
  UINT,
];

/** What every expression of Kubernetes may use, whatever it is about: no variables. */
export const BASE_ENVIRONMENT: Environment = [
  OPERATORS,
  CONVERSIONS,
  STRINGS,
  TIME,
  REGEX,
  LISTS,
  SETS,
  OPTIONALS,
  QUANTITIES,
  SEMVERS,
].reduce(
  (environment, functions) => environment.extend({ functions }),
  Environment.EMPTY.extend({ types: [...TYPES, QUANTITY, SEMVER] }),
);

import { Environment } from './environment.ts';
import { ADDRESSES, CIDR, IP } from './library/addresses.ts';
import { AUTHORIZATION_TYPES, AUTHORIZERS } from './library/authorizers.ts';
import { CONVERSIONS } from './library/conversions.ts';
import { FORMAT, NAMED_FORMATS } from './library/formats.ts';
import { LISTS, SETS } from './library/lists.ts';
import { OPERATORS } from './library/operators.ts';
import { OPTIONALS } from './library/optionals.ts';
import { QUANTITIES, QUANTITY } from './library/quantities.ts';
import { REGEX } from './library/regex.ts';
import { SEMVER, SEMVERS } from './library/semvers.ts';
import { STRINGS } from './library/strings.ts';
import { TIME } from './library/time.ts';
import { URL_TYPE, URLS } from './library/urls.ts';
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
  ADDRESSES,
  URLS,
  NAMED_FORMATS,
  AUTHORIZERS,
].reduce(
  (environment, functions) => environment.extend({ functions }),
  Environment.EMPTY.extend({ types: [...TYPES, QUANTITY, SEMVER, IP, CIDR, URL_TYPE, FORMAT, ...AUTHORIZATION_TYPES] }),
);

import { compareVersions, parseSemver, type SemanticVersion } from '../../names/semver.ts';
import { type Functions, member, plain } from '../environment.ts';
import { BOOL, INT, STRING, struct } from '../types.ts';
import { CelError, LibraryValue } from '../values.ts';

export const SEMVER = struct('kubernetes.Semver');

/** A semantic version as a value. */
export class SemverValue extends LibraryValue {
  readonly type = SEMVER;
  readonly version: SemanticVersion;
  constructor(version: SemanticVersion) {
    super();
    this.version = version;
  }
  override equals(other: LibraryValue): boolean {
    return other instanceof SemverValue && compareVersions(this.version, other.version) === 0;
  }
}

/** Adds missing parts and drops a leading `v` and zeros, where the caller asked for that. */
function normalize(text: string): string {
  const [, core, rest] = /^v?([^-+]*)(.*)$/s.exec(text)!;
  const parts = core!.split('.').map((part) => part.replace(/^0+(?=[0-9])/, ''));
  while (parts.length < 3) parts.push('0');
  return parts.join('.') + rest!;
}

function read(text: string, normalized = false): SemverValue {
  const version = parseSemver(normalized ? normalize(text) : text);
  if (typeof version === 'string') throw new CelError(version);
  return new SemverValue(version);
}

const isSemver = (text: string, normalized = false): boolean =>
  typeof parseSemver(normalized ? normalize(text) : text) !== 'string';

const order = (a: SemverValue, b: SemverValue): number => compareVersions(a.version, b.version);

/** Semantic versions, such as `semver('1.2.3')`. */
export const SEMVERS: Functions = {
  semver: [plain([STRING], SEMVER, (text: string) => read(text)), plain([STRING, BOOL], SEMVER, read)],
  isSemver: [plain([STRING], BOOL, (text: string) => isSemver(text)), plain([STRING, BOOL], BOOL, isSemver)],
  isGreaterThan: [member([SEMVER, SEMVER], BOOL, (a: SemverValue, b: SemverValue) => order(a, b) > 0)],
  isLessThan: [member([SEMVER, SEMVER], BOOL, (a: SemverValue, b: SemverValue) => order(a, b) < 0)],
  compareTo: [member([SEMVER, SEMVER], INT, (a: SemverValue, b: SemverValue) => BigInt(order(a, b)))],
  major: [member([SEMVER], INT, (a: SemverValue) => a.version.major)],
  minor: [member([SEMVER], INT, (a: SemverValue) => a.version.minor)],
  patch: [member([SEMVER], INT, (a: SemverValue) => a.version.patch)],
};

/** A version as semver.org has it, without its build metadata. */
export interface SemanticVersion {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  /** What stands behind the minus. */
  readonly prerelease: readonly string[];
}

/** Reads a version; a text says what is wrong with it, in the words that clients know. */
export function parseSemver(text: string): SemanticVersion | string {
  if (text === '') return 'Version string empty';
  const parts = splitThree(text);
  if (parts.length !== 3) return 'No Major.Minor.Patch elements found';
  const [, patchText, , prereleaseText, , buildText] = /^([^-+]*)(-([^+]*))?(\+(.*))?$/s.exec(parts[2]!)!;
  const core = [parts[0]!, parts[1]!, patchText!];
  for (const [index, name] of ['Major', 'Minor', 'Patch'].entries()) {
    const number = core[index]!;
    if (!/^[0-9]+$/.test(number)) return `Invalid character(s) found in ${name.toLowerCase()} number "${number}"`;
    if (number.length > 1 && number.startsWith('0')) {
      return `${name} number must not contain leading zeroes "${number}"`;
    }
  }
  const prerelease = prereleaseText === undefined ? [] : prereleaseText.split('.');
  const problem = prerelease.map(prereleaseProblem).find((each) => each !== undefined) ?? buildProblem(buildText);
  if (problem !== undefined) return problem;
  const [major, minor, patch] = core.map(BigInt) as [bigint, bigint, bigint];
  return { major, minor, patch, prerelease };
}

/** At the first two dots. */
function splitThree(text: string): string[] {
  const first = text.indexOf('.');
  const second = first < 0 ? -1 : text.indexOf('.', first + 1);
  if (second < 0) return [text];
  return [text.slice(0, first), text.slice(first + 1, second), text.slice(second + 1)];
}

function prereleaseProblem(part: string): string | undefined {
  if (part === '') return 'Prerelease is empty';
  if (/^[0-9]+$/.test(part)) {
    return part.length > 1 && part.startsWith('0')
      ? `Numeric PreRelease version must not contain leading zeroes "${part}"`
      : undefined;
  }
  return /^[0-9A-Za-z-]+$/.test(part) ? undefined : `Invalid character(s) found in prerelease "${part}"`;
}

function buildProblem(text: string | undefined): string | undefined {
  for (const part of text?.split('.') ?? []) {
    if (part === '') return 'Build meta data is empty';
    if (!/^[0-9A-Za-z-]+$/.test(part)) return `Invalid character(s) found in build meta data "${part}"`;
  }
  return undefined;
}

/** Negative, zero or positive; a prerelease comes before what it prepares. */
export function compareVersions(a: SemanticVersion, b: SemanticVersion): number {
  for (const part of ['major', 'minor', 'patch'] as const) {
    if (a[part] !== b[part]) return a[part] < b[part] ? -1 : 1;
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0) {
    return Math.sign(b.prerelease.length - a.prerelease.length);
  }
  const shared = Math.min(a.prerelease.length, b.prerelease.length);
  for (let index = 0; index < shared; index++) {
    const order = comparePrerelease(a.prerelease[index]!, b.prerelease[index]!);
    if (order !== 0) return order;
  }
  return Math.sign(a.prerelease.length - b.prerelease.length);
}

function comparePrerelease(a: string, b: string): number {
  const [left, right] = [/^[0-9]+$/.test(a), /^[0-9]+$/.test(b)];
  if (left && right) return BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0;
  if (left !== right) return left ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

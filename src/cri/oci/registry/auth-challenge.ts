/** What a registry asks for in `WWW-Authenticate`. */
export interface AuthChallenge {
  /** Lower case: `basic`, `bearer`. */
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Reads a `WWW-Authenticate` header, which may hold several challenges. Parameter names are in lower case. */
export function parseAuthChallenges(header: string): AuthChallenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  const token = /\s*(?:,\s*)*([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/y;
  for (let match = token.exec(header); match !== null; match = token.exec(header)) {
    const [, name = '', quoted, plain] = match;
    if (quoted === undefined && plain === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: {} });
    else {
      const current = challenges.at(-1);
      if (current) current.parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '';
    }
  }
  return challenges;
}

/** What ID tokens may be signed with: nothing that needs a shared secret, and never nothing. */
export const SIGNING_ALGORITHMS: readonly string[] = ['ES', 'PS', 'RS'].flatMap((kind) =>
  ['256', '384', '512'].map((size) => `${kind}${size}`),
);

/** An expression that must hold, and what is said when it does not. */
export interface ExpressionRule {
  readonly expression: string;
  readonly message?: string | undefined;
}

/** An OpenID Connect issuer whose ID tokens are accepted. */
export interface OidcOptions {
  /** `https://…`, exactly as tokens name it. */
  readonly issuerUrl: string;
  /** Where its discovery document is, when not below the issuer's URL. */
  readonly discoveryUrl?: string;
  /** Client ids; a token must be for one of them. */
  readonly audiences: readonly string[];
  /** PEM of the authorities that sign the issuer's certificate; the system's when absent. */
  readonly ca?: string;
  /** Default `sub`. An `email` counts only when the issuer has verified it. */
  readonly usernameClaim?: string;
  /** Put before user names; `-` for nothing. Default: the issuer's URL and `#`, or nothing for `email`. */
  readonly usernamePrefix?: string;
  /** A list of groups, or one group. */
  readonly groupsClaim?: string;
  readonly groupsPrefix?: string;
  /** A text that stays the same when the user's name changes. */
  readonly uidClaim?: string;
  /** Claims that a token must have with these values. */
  readonly requiredClaims?: Readonly<Record<string, string>>;
  /** Instead of the claims of these names, expressions over all `claims`. */
  readonly usernameExpression?: string;
  readonly groupsExpression?: string;
  readonly uidExpression?: string;
  /** What else is told of the user. */
  readonly extra?: readonly { readonly key: string; readonly valueExpression: string }[];
  /** What must hold of `claims`, and of the `user` they have become. */
  readonly claimRules?: readonly ExpressionRule[];
  readonly userRules?: readonly ExpressionRule[];
  /** Default RS256. */
  readonly signingAlgorithms?: readonly string[];
}

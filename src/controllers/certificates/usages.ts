/** Bits of a certificate's key usage, as `@peculiar/x509` and X.509 count them. */
const KEY_USAGES: Readonly<Record<string, number>> = {
  signing: 1,
  'digital signature': 1,
  'content commitment': 2,
  'key encipherment': 4,
  'data encipherment': 8,
  'key agreement': 16,
  'cert sign': 32,
  'crl sign': 64,
  'encipher only': 128,
  'decipher only': 256,
};

const EXTENDED_USAGES: Readonly<Record<string, string>> = {
  any: '2.5.29.37.0',
  'server auth': '1.3.6.1.5.5.7.3.1',
  'client auth': '1.3.6.1.5.5.7.3.2',
  'code signing': '1.3.6.1.5.5.7.3.3',
  'email protection': '1.3.6.1.5.5.7.3.4',
  's/mime': '1.3.6.1.5.5.7.3.4',
  'ipsec end system': '1.3.6.1.5.5.7.3.5',
  'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
  'ipsec user': '1.3.6.1.5.5.7.3.7',
  timestamping: '1.3.6.1.5.5.7.3.8',
  'ocsp signing': '1.3.6.1.5.5.7.3.9',
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
  'netscape sgc': '2.16.840.1.113730.4.1',
};

/** What `spec.usages` mean in a certificate: a set of bits, and object ids in the order of X.509. */
export function certificateUsages(usages: readonly string[]): {
  readonly key: number;
  readonly extended: readonly string[];
} {
  const key = usages.reduce((bits, usage) => bits | (KEY_USAGES[usage] ?? 0), 0);
  const extended = usages.flatMap((usage) => EXTENDED_USAGES[usage] ?? []);
  return { key, extended: [...new Set(extended)].sort() };
}

/** A double as Go prints it with `%g` and the shortest digits: exponents of two digits, `+Inf`. */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa, power] = value.toExponential().split('e') as [string, string];
  const exponent = Number(power);
  // Go changes to exponents at 10^21 and below 10^-4.
  if (exponent >= 21 || exponent < -4) {
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  return String(value).includes('e') ? value.toFixed(20).replace(/0+$/, '') : String(value);
}

/** What is wrong with a write under some quota, in upstream's words. */
export class QuotaRefusal extends Error {
  override readonly name = 'QuotaRefusal';
}

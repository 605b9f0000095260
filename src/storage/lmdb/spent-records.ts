import type { LogPosition, LogRecord } from '../log-record.ts';

/**
 * Records of a log that only history needs: those that newer ones replaced, and deletions. Kept in memory, so that
 * compaction reads nothing: what it reads would be brought into memory from the disk, and stay there.
 */
export class SpentRecords {
  /** In the order of the revisions that left them over. */
  #positions: LogPosition[] = [];
  #leftAt: number[] = [];
  #first = 0;

  /** Tells of a record that was written, after all that were written before it. */
  add(position: LogPosition, { type, previous }: Pick<LogRecord, 'type' | 'previous'>): void {
    if (previous) this.#push(previous, position.revision);
    if (type === 'delete') this.#push(position, position.revision);
  }

  /**
   * The oldest ones that no revision after `target` needs, about `limit` at most, and the revision up to which these are
   * all of them.
   */
  upTo(target: number, limit: number): { readonly positions: readonly LogPosition[]; readonly reached: number } {
    let end = this.#first;
    while (end < this.#positions.length && this.#leftAt[end]! <= target) {
      if (end - this.#first >= limit && this.#leftAt[end] !== this.#leftAt[end - 1]) break;
      end++;
    }
    const isAll = end === this.#positions.length || this.#leftAt[end]! > target;
    const reached = isAll ? target : this.#leftAt[end - 1]!;
    return { positions: this.#positions.slice(this.#first, end), reached };
  }

  /** Drops so many of the oldest. */
  forget(count: number): void {
    this.#first += count;
    if (this.#first * 2 < this.#positions.length) return;
    this.#positions = this.#positions.slice(this.#first);
    this.#leftAt = this.#leftAt.slice(this.#first);
    this.#first = 0;
  }

  #push({ revision, index }: LogPosition, leftAt: number): void {
    this.#positions.push({ revision, index });
    this.#leftAt.push(leftAt);
  }
}

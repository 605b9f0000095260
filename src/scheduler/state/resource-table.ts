/** Columns that every table has. */
export const CPU = 0;
export const MEMORY = 1;
export const EPHEMERAL_STORAGE = 2;
export const PODS = 3;

/** What a pod asks for, column by column: CPU in thousandths of a core, the rest in units or bytes. No column twice. */
export interface Amounts {
  readonly columns: readonly number[];
  readonly values: readonly number[];
}

/**
 * What nodes have and what of it is taken: a column a resource, a row (`slot`) a node. Columns come with the names that
 * are asked for; rows grow by doubling.
 */
export class ResourceTable {
  readonly names: string[] = [];
  readonly allocatable: Float64Array[] = [];
  readonly requested: Float64Array[] = [];
  /** What is requested with a guess for containers that say nothing; what scores are made from. */
  nonZeroCpu: Float64Array;
  nonZeroMemory: Float64Array;
  readonly #columns = new Map<string, number>();
  #rows = 64;

  constructor() {
    this.nonZeroCpu = new Float64Array(this.#rows);
    this.nonZeroMemory = new Float64Array(this.#rows);
    for (const name of ['cpu', 'memory', 'ephemeral-storage', 'pods']) this.columnOf(name);
  }

  /** The column of a resource, made when it is new. */
  columnOf(name: string): number {
    let column = this.#columns.get(name);
    if (column === undefined) {
      column = this.names.push(name) - 1;
      this.#columns.set(name, column);
      this.allocatable.push(new Float64Array(this.#rows));
      this.requested.push(new Float64Array(this.#rows));
    }
    return column;
  }

  /** Makes room for a row and empties it. */
  openRow(slot: number): void {
    if (slot >= this.#rows) this.#grow(slot);
    for (const column of this.allocatable) column[slot] = 0;
    for (const column of this.requested) column[slot] = 0;
    this.nonZeroCpu[slot] = 0;
    this.nonZeroMemory[slot] = 0;
  }

  setAllocatable(slot: number, { columns, values }: Amounts): void {
    for (const column of this.allocatable) column[slot] = 0;
    for (let index = 0; index < columns.length; index++) {
      (this.allocatable[columns[index] as number] as Float64Array)[slot] = values[index] as number;
    }
  }

  /** Adds `sign` times these amounts to what is requested of a node. */
  request(slot: number, { columns, values }: Amounts, sign: 1 | -1): void {
    for (let index = 0; index < columns.length; index++) {
      const column = this.requested[columns[index] as number] as Float64Array;
      column[slot] = (column[slot] as number) + sign * (values[index] as number);
    }
  }

  #grow(slot: number): void {
    while (slot >= this.#rows) this.#rows *= 2;
    const grown = (old: Float64Array) => {
      const array = new Float64Array(this.#rows);
      array.set(old);
      return array;
    };
    for (const arrays of [this.allocatable, this.requested]) {
      for (let column = 0; column < arrays.length; column++) arrays[column] = grown(arrays[column] as Float64Array);
    }
    this.nonZeroCpu = grown(this.nonZeroCpu);
    this.nonZeroMemory = grown(this.nonZeroMemory);
  }
}

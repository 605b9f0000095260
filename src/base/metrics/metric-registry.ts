/** One counter or gauge with its label values fixed. */
export interface Cell {
  inc(by?: number): void;
  dec(by?: number): void;
  set(value: number): void;
  /** From now on the value is what `read` answers whenever somebody asks. */
  follow(read: () => number): void;
  readonly value: number;
}

/** One histogram with its label values fixed. */
export interface HistogramCell {
  observe(value: number): void;
}

/** A metric of several label values; `labels` finds or makes the cell of some, which callers on hot paths keep. */
export interface Labelled<C> {
  labels(...values: string[]): C;
}

/** Values made up when they are asked for: label values and the value. */
export type Collect = () => Iterable<readonly [labels: readonly string[], value: number]>;

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  lines(): Iterable<string>;
}

/** A process's metrics, written in Prometheus' text format 0.0.4. Asking twice for a name gives the same metric. */
export class MetricRegistry {
  readonly #metrics = new Map<string, Metric>();

  counter(name: string, help: string, labels: readonly string[] = []): Labelled<Cell> {
    return this.#once(name, () => new NumberMetric({ name, help, type: 'counter' }, labels));
  }

  gauge(name: string, help: string, labels: readonly string[] = []): Labelled<Cell> {
    return this.#once(name, () => new NumberMetric({ name, help, type: 'gauge' }, labels));
  }

  /** `buckets` are upper bounds in ascending order, without infinity. */
  histogram(
    name: string,
    help: string,
    { labels = [], buckets }: { readonly labels?: readonly string[]; readonly buckets: readonly number[] },
  ): Labelled<HistogramCell> {
    return this.#once(name, () => new HistogramMetric({ name, help }, labels, buckets));
  }

  /** A metric whose values are read elsewhere whenever somebody asks. Takes the place of an earlier one of that name. */
  collected(
    type: 'counter' | 'gauge',
    name: string,
    {
      help,
      labels = [],
      collect,
    }: { readonly help: string; readonly labels?: readonly string[]; readonly collect: Collect },
  ): void {
    const lines = function* () {
      for (const [values, value] of collect()) yield line(name, labelText(labels, values), value);
    };
    this.#metrics.set(name, { name, help, type, lines });
  }

  /** Everything, sorted by name. */
  render(): string {
    const parts: string[] = [];
    for (const name of [...this.#metrics.keys()].sort()) {
      const { help, type, lines } = this.#metrics.get(name) as Metric;
      const values = [...lines.call(this.#metrics.get(name))];
      if (values.length === 0) continue;
      parts.push(
        `# HELP ${name} ${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}`,
        `# TYPE ${name} ${type}`,
        ...values,
      );
    }
    return parts.length === 0 ? '' : `${parts.join('\n')}\n`;
  }

  #once<M extends Metric>(name: string, make: () => M): M {
    const known = this.#metrics.get(name);
    if (known) return known as M;
    const metric = make();
    this.#metrics.set(name, metric);
    return metric;
  }
}

class NumberCell implements Cell {
  #value = 0;
  #read: (() => number) | undefined;
  get value(): number {
    return this.#read?.() ?? this.#value;
  }
  inc(by = 1): void {
    this.#value += by;
  }
  dec(by = 1): void {
    this.#value -= by;
  }
  set(value: number): void {
    this.#value = value;
  }
  follow(read: () => number): void {
    this.#read = read;
  }
}

/** Cells by their label values. */
class CellMap<C> {
  readonly #names: readonly string[];
  readonly #make: () => C;
  readonly #cells = new Map<string, { readonly text: string; readonly cell: C }>();

  constructor(names: readonly string[], make: () => C) {
    this.#names = names;
    this.#make = make;
    if (names.length === 0) this.get([]);
  }

  get(values: readonly string[]): C {
    const key = values.length === 1 ? (values[0] as string) : values.join('\xff');
    let known = this.#cells.get(key);
    if (known === undefined)
      this.#cells.set(key, (known = { text: labelText(this.#names, values), cell: this.#make() }));
    return known.cell;
  }

  values() {
    return this.#cells.values();
  }
}

class NumberMetric implements Metric, Labelled<Cell> {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly #cells: CellMap<NumberCell>;

  constructor(of: Pick<Metric, 'name' | 'help'> & { readonly type: 'counter' | 'gauge' }, labels: readonly string[]) {
    this.name = of.name;
    this.help = of.help;
    this.type = of.type;
    this.#cells = new CellMap(labels, () => new NumberCell());
  }

  labels(...values: string[]): Cell {
    return this.#cells.get(values);
  }

  *lines(): Iterable<string> {
    for (const { text, cell } of this.#cells.values()) yield line(this.name, text, cell.value);
  }
}

class BucketCell implements HistogramCell {
  readonly counts: Float64Array;
  readonly #bounds: readonly number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let index = 0;
    while (index < this.#bounds.length && value > (this.#bounds[index] as number)) index++;
    this.counts[index] = (this.counts[index] as number) + 1;
    this.sum += value;
  }
}

class HistogramMetric implements Metric, Labelled<HistogramCell> {
  readonly name: string;
  readonly help: string;
  readonly type = 'histogram';
  readonly #bounds: readonly number[];
  readonly #cells: CellMap<BucketCell>;

  constructor({ name, help }: Pick<Metric, 'name' | 'help'>, labels: readonly string[], bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
    this.#cells = new CellMap(labels, () => new BucketCell(bounds));
  }

  labels(...values: string[]): HistogramCell {
    return this.#cells.get(values);
  }

  *lines(): Iterable<string> {
    for (const { text, cell } of this.#cells.values()) {
      let count = 0;
      for (const [index, bound] of [...this.#bounds, Number.POSITIVE_INFINITY].entries()) {
        count += cell.counts[index] as number;
        const le = `le="${number(bound)}"`;
        yield line(`${this.name}_bucket`, text === '' ? le : `${text},${le}`, count);
      }
      yield line(`${this.name}_sum`, text, cell.sum);
      yield line(`${this.name}_count`, text, count);
    }
  }
}

const line = (name: string, labels: string, value: number): string =>
  `${name}${labels === '' ? '' : `{${labels}}`} ${number(value)}`;

const labelText = (names: readonly string[], values: readonly string[]): string =>
  names.map((name, index) => `${name}="${escaped(values[index] ?? '')}"`).join(',');

const escaped = (value: string) => value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');

const number = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? '+Inf' : value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);

import { CelError, CostLimitError, type Value } from './values.ts';

/** What an evaluation is given. */
export interface Input {
  /** The value of a variable; undefined where there is none. */
  readonly variable: (name: string) => Value | undefined;
  /** What the evaluation may cost; past it, `CostLimitError`. */
  readonly costLimit?: number | undefined;
}

/** Where an evaluation stands. */
export class Frame {
  readonly input: Input;
  /** A failed step of a fold leaves its error, which whoever reads it gets. */
  readonly locals: (Value | CelError | undefined)[] = [];
  readonly limit: number;
  cost = 0;
  constructor(input: Input) {
    this.input = input;
    this.limit = input.costLimit ?? Number.POSITIVE_INFINITY;
  }
  spend(cost: number): void {
    this.cost += cost;
    if (this.cost > this.limit) throw new CostLimitError();
  }
}

/** A part of an expression as a function. */
export type Step = (frame: Frame) => Value;

/** Runs a step; a failure of its evaluation is answered instead of thrown. */
export function attempt(step: Step, frame: Frame): Value | CelError {
  try {
    return step(frame);
  } catch (error) {
    if (error instanceof CelError) return error;
    throw error;
  }
}

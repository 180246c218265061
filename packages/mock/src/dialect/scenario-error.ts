/** Something in a file that keeps it from being used, or that looks like a mistake. */
export interface Problem {
  file: string;
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 units. */
  column: number;
  /** A sentence about what is wrong, and one about what to write instead. */
  message: string;
  /** The line, cut to the part around the column. */
  excerpt: string;
}

/** Is thrown for scenarios that cannot be used; it holds everything that is wrong with them. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

/** Writes a problem as `file:line:column: message`, with the text in question below. */
export function formatProblem({ file, line, column, message, excerpt }: Problem): string {
  const place = `${file}:${line}:${column}: ${message}`;
  return excerpt === '' ? place : `${place}\n    ${excerpt}`;
}

/** Runs several steps and throws one error with the problems of all of them. */
export class ProblemCollector {
  readonly problems: Problem[] = [];

  /** Runs a step; undefined where it met problems, which are kept. */
  attempt<T>(step: () => T): T | undefined {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      this.problems.push(...error.problems);
      return undefined;
    }
  }

  /** Takes over what others found wrong with a file, by line and column. */
  add(problems: readonly Problem[]): void {
    this.problems.push(...problems.toSorted((a, b) => a.line - b.line || a.column - b.column));
  }

  /** @throws ScenarioError where any step met a problem */
  throwIfAny(): void {
    if (this.problems.length > 0) this.throw();
  }

  /** @throws ScenarioError */
  throw(): never {
    throw new ScenarioError(this.problems);
  }
}

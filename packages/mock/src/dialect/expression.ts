/** What an expression may consist of. There are no calls, so its work is bounded by its length. */
export type Expression =
  | { kind: 'literal'; value: null | boolean | number | string }
  | { kind: 'path'; segments: readonly Segment[] }
  | { kind: 'unary'; operator: '!' | '-'; operand: Expression }
  | { kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression }
  | { kind: 'conditional'; test: Expression; then: Expression; otherwise: Expression }
  | { kind: 'helper'; name: HelperName; args: readonly Expression[] };

/** A step of a path: a name, or what stands between brackets. */
export type Segment = string | Expression;

export const binaryOperators = [
  ['||'],
  ['&&'],
  ['===', '!==', '==', '!='],
  ['<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/', '%'],
] as const;

export type BinaryOperator = (typeof binaryOperators)[number][number];

/** The helpers with the number of their arguments. */
export const helperArity = {
  now: 0,
  uuid: 0,
  randInt: 2,
  randFromArray: 1,
  randSentence: 0,
  randParagraph: 0,
} as const;

export type HelperName = keyof typeof helperArity;

/** Is thrown for text that is no expression of the dialect. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  /** Where, in characters from the start of the expression. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Walks an expression, outermost first. */
export function* walkExpression(expression: Expression): Generator<Expression> {
  yield expression;
  switch (expression.kind) {
    case 'path':
      for (const segment of expression.segments)
        if (typeof segment !== 'string') yield* walkExpression(segment);
      return;
    case 'unary':
      yield* walkExpression(expression.operand);
      return;
    case 'binary':
      yield* walkExpression(expression.left);
      yield* walkExpression(expression.right);
      return;
    case 'conditional':
      yield* walkExpression(expression.test);
      yield* walkExpression(expression.then);
      yield* walkExpression(expression.otherwise);
      return;
    case 'helper':
      for (const argument of expression.args) yield* walkExpression(argument);
      return;
    case 'literal':
      return;
  }
}

import {
  type BinaryOperator,
  binaryOperators,
  type Expression,
  ExpressionError,
  type HelperName,
  helperArity,
  type Segment,
} from './expression.ts';

type TokenKind = 'number' | 'string' | 'name' | 'operator' | 'end';

interface Token {
  kind: TokenKind;
  text: string;
  offset: number;
}

const maxLength = 4_000;
const maxDepth = 50;
const tokenPattern =
  /\s*(?:(?<number>\d+(?:\.\d+)?)|(?<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<name>[A-Za-z_$][\w$]*)|(?<operator>===|!==|==|!=|<=|>=|&&|\|\||[-+*/%<>!?:().[\]])|(?<end>$))/y;
const words: Record<string, null | boolean> = { true: true, false: false, null: null };

/**
 * Parses what stands between `{{` and `}}`.
 *
 * @throws ExpressionError
 */
export function parseExpression(text: string): Expression {
  if (text.length > maxLength)
    throw new ExpressionError(`An expression has at most ${maxLength} characters: split it.`, 0);
  return new Parser(text, tokenize(text)).parse();
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  while (true) {
    const offset =
      tokenPattern.lastIndex + (/^\s*/.exec(text.slice(tokenPattern.lastIndex))?.[0].length ?? 0);
    const groups = tokenPattern.exec(text)?.groups;
    if (!groups) throw new ExpressionError(explainCharacter(text, offset), offset);
    const [kind, token] = Object.entries(groups).find(([, value]) => value !== undefined) ?? ['end', ''];
    tokens.push({ kind: kind as TokenKind, text: token, offset });
    if (kind === 'end') return tokens;
  }
}

function explainCharacter(text: string, offset: number): string {
  if (text[offset] === '#') return 'Blocks such as `{{#if}}` are not known: use `condition`, or `a ? b : c`.';
  if (/['"]/.test(text[offset] ?? ''))
    return 'This string has no end: close it with the quote that it began with.';
  return `\`${text[offset]}\` means nothing here: use names, numbers, quoted strings and operators.`;
}

class Parser {
  readonly #text: string;
  readonly #tokens: Token[];
  #position = 0;
  #depth = 0;

  constructor(text: string, tokens: Token[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  parse(): Expression {
    const [first, second] = this.#tokens;
    const isHelper = first?.kind === 'name' && Object.hasOwn(helperArity, first.text);
    const expression = isHelper && second && startsArgument(second) ? this.#helper() : this.#conditional();
    if (this.#peek.kind !== 'end') this.#refuse();
    return expression;
  }

  get #peek(): Token {
    return this.#tokens[this.#position] as Token;
  }

  #next(): Token {
    const token = this.#peek;
    if (token.kind !== 'end') this.#position++;
    return token;
  }

  #take(operator: string): boolean {
    const isThere = this.#peek.kind === 'operator' && this.#peek.text === operator;
    if (isThere) this.#position++;
    return isThere;
  }

  #expect(operator: string): void {
    if (this.#take(operator)) return;
    throw new ExpressionError(`A \`${operator}\` is missing here.`, this.#peek.offset);
  }

  #refuse(): never {
    const { kind, text, offset } = this.#peek;
    if (kind === 'end')
      throw new ExpressionError('The expression breaks off here: write what is missing.', offset);
    if (text === '(') {
      throw new ExpressionError(
        'Functions cannot be called: only paths, operators and helpers are known.',
        offset,
      );
    }
    throw new ExpressionError(
      `\`${text}\` is one too many here: remove it, or put an operator before it.`,
      offset,
    );
  }

  #helper(): Expression {
    const { text, offset } = this.#next();
    const name = text as HelperName;
    const args: Expression[] = [];
    while (this.#peek.kind !== 'end' && args.length < helperArity[name]) args.push(this.#unary());
    if (this.#peek.kind === 'end' && args.length === helperArity[name]) return { kind: 'helper', name, args };
    if (name === 'now' && this.#peek.text === '+')
      throw new ExpressionError('`now` takes no offset: only the current time is known.', this.#peek.offset);
    const count = helperArity[name];
    throw new ExpressionError(
      `\`${name}\` takes ${count === 0 ? 'no arguments' : `${count} argument${count === 1 ? '' : 's'}, with spaces between`}.`,
      offset,
    );
  }

  #conditional(): Expression {
    if (++this.#depth > maxDepth)
      throw new ExpressionError(
        `Parentheses and conditions nest at most ${maxDepth} deep.`,
        this.#peek.offset,
      );
    const test = this.#binary(0);
    let expression = test;
    if (this.#take('?')) {
      const then = this.#conditional();
      this.#expect(':');
      expression = { kind: 'conditional', test, then, otherwise: this.#conditional() };
    }
    this.#depth--;
    return expression;
  }

  #binary(level: number): Expression {
    const operators: readonly string[] | undefined = binaryOperators[level];
    if (!operators) return this.#unary();
    let left = this.#binary(level + 1);
    while (this.#peek.kind === 'operator' && operators.includes(this.#peek.text)) {
      const operator = this.#next().text as BinaryOperator;
      left = { kind: 'binary', operator, left, right: this.#binary(level + 1) };
    }
    return left;
  }

  #unary(): Expression {
    const operators: ('!' | '-')[] = [];
    while (this.#peek.text === '!' || this.#peek.text === '-') operators.push(this.#next().text as '!' | '-');
    if (operators.length > maxDepth)
      throw new ExpressionError(`At most ${maxDepth} signs can stand in a row.`, this.#peek.offset);
    return operators.reduceRight<Expression>(
      (operand, operator) => ({ kind: 'unary', operator, operand }),
      this.#primary(),
    );
  }

  #primary(): Expression {
    if (this.#take('(')) {
      const inner = this.#conditional();
      this.#expect(')');
      return inner;
    }
    const { kind, text, offset } = this.#peek;
    if (kind === 'number' || kind === 'string' || kind === 'name') this.#next();
    if (kind === 'number') return { kind: 'literal', value: Number(text) };
    if (kind === 'string') return { kind: 'literal', value: text.slice(1, -1).replace(/\\(.)/g, '$1') };
    if (kind !== 'name') return this.#refuse();
    if (Object.hasOwn(words, text)) return { kind: 'literal', value: words[text] ?? null };
    if (text !== 'request') throw new ExpressionError(explainName(text, offset, this.#text), offset);
    return { kind: 'path', segments: [...this.#segments()] };
  }

  *#segments(): Generator<Segment> {
    while (true) {
      if (this.#take('.')) {
        const { kind, text, offset } = this.#next();
        if (kind !== 'name') throw new ExpressionError('A name is missing after the dot.', offset);
        yield text;
      } else if (this.#take('[')) {
        yield this.#conditional();
        this.#expect(']');
      } else return;
    }
  }
}

function startsArgument({ kind, text }: Token): boolean {
  return kind !== 'operator' || text === '(' || text === '-' || text === '+';
}

function explainName(name: string, offset: number, expression: string): string {
  const [before = ''] = /[\w$-]*$/.exec(expression.slice(0, offset)) ?? [];
  const [after = ''] = /^[\w$-]*/.exec(expression.slice(offset)) ?? [];
  if (/^[A-Za-z_$].*-$/.test(before))
    return `\`${before}${after}\` reads as a subtraction: write a name with hyphens as \`['${before}${after}']\`, without the dot.`;
  const helpers = Object.keys(helperArity);
  if (helpers.includes(name)) return `\`${name}\` must stand alone: give it a template of its own.`;
  const known = helpers.map((helper) => `\`${helper}\``).join(', ');
  return `\`${name}\` is not known: paths start with \`request\`, and helpers are ${known}.`;
}

import { parse, type ValueNode } from '@humanwhocodes/momoa';
import { type Problem, ScenarioError } from './scenario-error.ts';

/** Where something is in the JSON of a line: names of members and indexes of elements, from the outside in. */
export type JsonPath = readonly (string | number)[];

const excerptLength = 100;
/** What the parser's words for punctuation stand for. */
const signs: Readonly<Record<string, string>> = {
  LBrace: '{',
  RBrace: '}',
  LBracket: '[',
  RBracket: ']',
  Colon: ':',
  Comma: ',',
};

/** A line of a scenario file, which knows where its parts are once somebody has to be told. */
export class SourceLine {
  readonly file: string;
  readonly number: number;
  readonly text: string;

  constructor(file: string, number: number, text: string) {
    this.file = file;
    this.number = number;
    this.text = text;
  }

  /**
   * Describes a problem of a value, or of a place in it.
   *
   * @param offset how far into the value, where that is a string.
   */
  problem(path: JsonPath, message: string, offset = 0): Problem {
    const start = this.#find(path, offset);
    return {
      file: this.file,
      line: this.number,
      column: start + 1,
      message,
      excerpt: this.#excerpt(start),
    };
  }

  /** @throws ScenarioError with one problem */
  fail(path: JsonPath, message: string, offset = 0): never {
    throw new ScenarioError([this.problem(path, message, offset)]);
  }

  /** Says where JSON breaks off. */
  failSyntax(): never {
    let column = 1;
    let reason = 'it is not JSON';
    try {
      parse(this.text);
    } catch (error) {
      const failure = error as Error & { column?: number };
      column = failure.column ?? 1;
      reason = failure.message
        .replace(/ \(\d+:\d+\)$/, '')
        .replace(/\.?$/, '')
        .replace(/(?<=^Unexpected token )\w+/, (token) => (token in signs ? `\`${signs[token]}\`` : token));
    }
    throw new ScenarioError([
      {
        file: this.file,
        line: this.number,
        column,
        message: `This is no JSON object: ${reason}. Write one object per line, and comments with \`//\`.`,
        excerpt: this.#excerpt(column - 1),
      },
    ]);
  }

  #find(path: JsonPath, offset: number): number {
    let node: ValueNode | undefined = parse(this.text, { ranges: true }).body;
    for (const step of path) {
      if (node?.type === 'Object') {
        node = node.members.findLast(({ name }) => name.type === 'String' && name.value === step)?.value;
      } else if (node?.type === 'Array') node = node.elements[Number(step)]?.value;
    }
    const start = node?.range?.[0] ?? 0;
    if (node?.type !== 'String' || offset === 0) return start;
    return start + measureEscaped(this.text.slice(start + 1), offset) + 1;
  }

  #excerpt(start: number): string {
    const from = Math.max(0, Math.min(start - 20, this.text.length - excerptLength));
    const part = this.text.slice(from, from + excerptLength);
    return `${from > 0 ? '…' : ''}${part}${from + excerptLength < this.text.length ? '…' : ''}`;
  }
}

/** How many characters of a JSON string literal the first `length` characters of its value take. */
function measureEscaped(literal: string, length: number): number {
  const pieces = /\\u[\da-fA-F]{4}|\\.|[^\\]/gy;
  for (let count = 0; count < length; count++) pieces.exec(literal);
  return pieces.lastIndex;
}

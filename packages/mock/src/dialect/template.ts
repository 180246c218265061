import { type Expression, ExpressionError } from './expression.ts';
import { parseExpression } from './parse-expression.ts';

/** A string in which expressions stand between `{{` and `}}`. */
export type Template = readonly (string | Expression)[];

const opening = /\{\{/g;
/** Up to the closing braces, past those in quotes. */
const inner = /(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|(?!\}\})[^'"])*(?=\}\})/y;

/**
 * Parses a string; one without templates becomes one piece of text.
 *
 * @throws ExpressionError whose offset counts from the start of the string
 */
export function parseTemplate(text: string): Template {
  const pieces: (string | Expression)[] = [];
  let end = 0;
  for (opening.lastIndex = 0; ; ) {
    const start = opening.exec(text)?.index;
    if (start === undefined) break;
    if (start > end) pieces.push(text.slice(end, start));
    inner.lastIndex = start + 2;
    const body = inner.exec(text)?.[0] ?? upToBraces(text, start + 2);
    if (body === undefined) throw new ExpressionError('The template has no end: close it with `}}`.', start);
    pieces.push(parseWithin(body, start + 2));
    end = start + 2 + body.length + 2;
    opening.lastIndex = end;
  }
  if (end < text.length || pieces.length === 0) pieces.push(text.slice(end));
  return pieces;
}

/** For a template whose quotes do not pair: the parser of the expression says so. */
function upToBraces(text: string, start: number): string | undefined {
  const end = text.indexOf('}}', start);
  return end < 0 ? undefined : text.slice(start, end);
}

function parseWithin(body: string, start: number): Expression {
  try {
    return parseExpression(body);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new ExpressionError(error.message, start + error.offset);
  }
}

/** Tells whether there is anything to compute. */
export function isDynamic(template: Template): boolean {
  return template.some((piece) => typeof piece !== 'string');
}

/** The expression of a string that is exactly one template: it keeps the type of its value. */
export function singleExpression(template: Template): Expression | undefined {
  const [only] = template;
  return template.length === 1 && typeof only !== 'string' ? only : undefined;
}

/** Writes text so that it comes out of a template unchanged. */
export function escapeTemplate(text: string): string {
  return text.replaceAll('{{', "{{'{{'}}");
}

import type { Node } from 'estree';
import { walk } from 'estree-walker';
import { parseSync } from 'oxc-parser';

/** A program with one small change. */
export interface Mutant {
  /** The line of the change, counted from 1. */
  line: number;
  /** The line's text before the change, without its indentation. */
  code: string;
  /** What was changed into what. */
  change: string;
  /** The whole program. */
  text: string;
}

interface Edit {
  start: number;
  end: number;
  replacement: string;
}

type Syntax = Node & { start: number; end: number };

/** Makes every mutant of a TypeScript program: one for each place and each way to change it. */
export function makeMutants(path: string, text: string): Mutant[] {
  const { program, errors } = parseSync(path, text);
  if (errors[0]) throw new Error(`\`${path}\` cannot be parsed: ${errors[0].message}`);
  const edits: Edit[] = [];
  walk(program as unknown as Node, {
    enter(node, parent) {
      if (isType(node) || isDirective(node) || node.type === 'ImportDeclaration') this.skip();
      else edits.push(...mutate(node as Syntax, parent, text));
    },
  });
  return edits.map((edit) => apply(edit, text));
}

/** Types do nothing at run time; what they stand around does. */
function isType({ type }: { type: string }): boolean {
  return type.startsWith('TS') && !/^TS(As|Satisfies|NonNull|Instantiation)/.test(type);
}

const operators: Record<string, string[]> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '&&': ['||'],
  '||': ['&&'],
  '??': ['&&'],
  '+=': ['-='],
  '-=': ['+='],
  '??=': ['='],
};

function mutate(node: Syntax, parent: Node | null, text: string): Edit[] {
  const whole = (...replacements: string[]): Edit[] =>
    replacements.map((replacement) => ({ start: node.start, end: node.end, replacement }));
  const test = (expression: unknown): Edit[] => {
    if (!expression) return [];
    const { start, end } = expression as Syntax;
    return ['true', 'false'].map((replacement) => ({ start, end, replacement }));
  };
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
      return test(node.test);
    // A loop that cannot end tells nothing about its checks but that they have a watchdog.
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'ForStatement':
      return test(node.test).slice(1);
    case 'BinaryExpression':
    case 'LogicalExpression':
    case 'AssignmentExpression':
      return replaceOperator(node, text);
    case 'UnaryExpression':
      return node.operator === '!' || node.operator === '-' ? whole(textOf(node.argument, text)) : [];
    case 'UpdateExpression':
      return whole(textOf(node, text).replace(node.operator, node.operator === '++' ? '--' : '++'));
    case 'AwaitExpression':
      return whole(textOf(node.argument, text));
    case 'BlockStatement':
      return node.body.length > 0 ? whole('{}') : [];
    case 'ExpressionStatement':
      return whole(';');
    case 'ArrayExpression':
      return node.elements.length > 0 ? whole('[]') : [];
    case 'ObjectExpression':
      return node.properties.length > 0 ? whole('{}') : [];
    case 'TemplateLiteral':
      return whole('``');
    case 'Literal':
      return isKey(node, parent) ? [] : whole(...mutateLiteral(node.value));
    default:
      return [];
  }
}

function replaceOperator(node: Syntax, text: string): Edit[] {
  const { left, right, operator } = node as unknown as { left: Syntax; right: Syntax; operator: string };
  const start = text.indexOf(operator, left.end);
  if (start === -1 || start >= right.start) return [];
  const end = start + operator.length;
  return (operators[operator] ?? []).map((replacement) => ({ start, end, replacement }));
}

function mutateLiteral(value: unknown): string[] {
  if (typeof value === 'boolean') return [String(!value)];
  if (typeof value === 'number') return [String(value + 1)];
  if (typeof value === 'bigint') return [`${value + 1n}n`];
  if (typeof value === 'string') return [value === '' ? "'mutated'" : "''"];
  return [];
}

/** The parser gives every expression statement of TypeScript the property, and a value to directives only. */
function isDirective(node: Node): boolean {
  return 'directive' in node && typeof node.directive === 'string';
}

function isKey(node: Node, parent: Node | null): boolean {
  return parent?.type === 'Property' && parent.key === node && !parent.computed;
}

function textOf(node: unknown, text: string): string {
  const { start, end } = node as Syntax;
  return text.slice(start, end);
}

function apply({ start, end, replacement }: Edit, text: string): Mutant {
  const before = text.slice(0, start);
  const line = before.split('\n').length;
  return {
    line,
    code: text.split('\n')[line - 1]?.trim() ?? '',
    change: `${shorten(text.slice(start, end))} → ${replacement}`,
    text: before + replacement + text.slice(end),
  };
}

/** A block is named by how it begins. */
function shorten(text: string): string {
  const [first = '', ...rest] = text.split('\n');
  return rest.length > 0 ? `${first.trim()} …` : first.trim();
}

/** Characters of the diagrams' font are about this wide, in units of its size. */
const characterWidth = 0.61;
export const fontSize = 12;

export function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML forbids them
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  );
}

type Attributes = Record<string, string | number | undefined>;

/** Writes an element; numbers are rounded to tenths, undefined attributes left out. */
export function element(name: string, attributes: Attributes, ...children: string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escapeXml(String(value))}"`)
    .join('');
  return children.length > 0 ? `<${name}${written}>${children.join('')}</${name}>` : `<${name}${written}/>`;
}

export function text(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, escapeXml(content));
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** How many characters fit into a width. */
export function fitCharacters(width: number): number {
  return Math.floor(width / (characterWidth * fontSize));
}

export function measure(content: string): number {
  return content.length * characterWidth * fontSize;
}

/** Shortens from the front, where names of packages are. */
export function shortenPath(content: string, length: number): string {
  if (content.length <= length) return content;
  return `…${content.slice(content.length - Math.max(0, length - 1))}`;
}

/** Wraps a drawing into a document that needs nothing else; its classes start with `sw-`, it has no ids. */
export function makeDocument(
  {
    width,
    height,
    title,
    description,
  }: { width: number; height: number; title: string; description: string },
  ...children: string[]
): string {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${round(width)} ${round(height)}`,
      width,
      height,
      class: 'sw-drawing',
      role: 'img',
    },
    element('title', {}, escapeXml(title)),
    element('desc', {}, escapeXml(description)),
    element('style', {}, style),
    element('rect', { width, height, class: 'sw-paper' }),
    ...children,
  );
}

const style = `
.sw-drawing { --sw-paper: #ffffff; --sw-ink: #1c2430; --sw-soft: #5b6675; --sw-line: #c6ced8; --sw-client: #0b5cad; --sw-server: #1a7a3e; --sw-stall: #a85b00; --sw-stall-fill: #ffe9c7; --sw-note: #6b3fa0; --sw-note-fill: #f3ecfb; --sw-bad: #b3261e; }
@media (prefers-color-scheme: dark) { .sw-drawing { --sw-paper: #14181f; --sw-ink: #e6eaf0; --sw-soft: #9aa5b4; --sw-line: #3a4452; --sw-client: #6cb2ff; --sw-server: #6fd394; --sw-stall: #ffb65c; --sw-stall-fill: #43300f; --sw-note: #cdaef5; --sw-note-fill: #2d2340; --sw-bad: #ff8a80; } }
.sw-drawing text { font: ${fontSize}px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: var(--sw-ink); }
.sw-drawing .sw-paper { fill: var(--sw-paper); }
.sw-drawing .sw-soft { fill: var(--sw-soft); }
.sw-drawing .sw-title { font-weight: bold; font-size: 14px; }
.sw-drawing .sw-head { font-weight: bold; }
.sw-drawing .sw-axis { stroke: var(--sw-line); fill: none; }
.sw-drawing .sw-client { stroke: var(--sw-client); fill: none; stroke-width: 1.5; }
.sw-drawing .sw-server { stroke: var(--sw-server); fill: none; stroke-width: 1.5; }
.sw-drawing .sw-bad { stroke: var(--sw-bad); stroke-width: 2.5; }
.sw-drawing .sw-control { stroke-dasharray: 5 3; }
.sw-drawing .sw-tip { stroke-dasharray: none; }
.sw-drawing .sw-stall { stroke: var(--sw-stall); fill: var(--sw-stall-fill); }
.sw-drawing .sw-note { stroke: var(--sw-note); fill: var(--sw-note-fill); }
`;

import { lazy, memo, Suspense } from 'react';
import Markdown, { type Components } from 'react-markdown';
import rehypeHighlight from 'rehype-highlight';
import remarkGfm from 'remark-gfm';
import { Listing } from '../listing.tsx';

const Diagram = lazy(() => import('./diagram.tsx'));

/** The chapter of a lesson: its code highlighted, its diagrams drawn, its hints opened one at a time. */
export const Chapter = memo(function Chapter({ text, lesson }: { text: string; lesson: string }) {
  const parts = splitDetails(text);
  return (
    <article className="chapter" aria-label={`The chapter of ${lesson}`}>
      {parts.map((part) =>
        part.summary === undefined ? (
          <Text key={part.text} text={part.text} />
        ) : (
          <details key={part.summary}>
            <summary>{part.summary}</summary>
            <Text text={part.text} />
          </details>
        ),
      )}
    </article>
  );
});

/** Made once: a new function would be a new element, and every diagram would be drawn anew. */
const components: Components = {
  code: ({ className, children }) =>
    className?.includes('language-mermaid') ? (
      <Suspense fallback={<span>{String(children)}</span>}>
        <Diagram source={String(children)} />
      </Suspense>
    ) : (
      <code className={className}>{children}</code>
    ),
  a: ({ href = '', children }) => <ChapterLink href={href}>{children}</ChapterLink>,
  pre: ({ children }) => <Listing label="Code">{children}</Listing>,
};

function Text({ text }: { text: string }) {
  return (
    <Markdown
      remarkPlugins={[remarkGfm]}
      rehypePlugins={[[rehypeHighlight, { ignoreMissing: true, plainText: ['mermaid', 'console', 'text'] }]]}
      components={components}
    >
      {text}
    </Markdown>
  );
}

/** Links to the web open a page of their own; links into the repository are names of files. */
function ChapterLink({ href, children }: { href: string; children: React.ReactNode }) {
  const [, number] = /^\.\.\/(\d\d)-[^/]+\/README\.md$/.exec(href) ?? [];
  if (number) return <a href={`/lesson-${number}/1`}>{children}</a>;
  if (/^https?:/.test(href)) {
    return (
      <a href={href} target="_blank" rel="noreferrer">
        {children}
      </a>
    );
  }
  return <span title={href}>{children}</span>;
}

/** Takes a chapter apart where something is to be opened. */
function splitDetails(text: string): Array<{ summary?: string; text: string }> {
  const parts = text.split(/^(?=<details>)|(?<=^<\/details>)$/m).filter((part) => part.trim() !== '');
  return parts.map((part) => {
    const [, summary, body] = /^<details>\s*<summary>(.*?)<\/summary>(.*)<\/details>/s.exec(part) ?? [];
    return summary === undefined ? { text: part } : { summary, text: body ?? '' };
  });
}

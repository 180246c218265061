import { createContext, lazy, memo, Suspense, useContext } from 'react';
import Markdown, { type Components } from 'react-markdown';
import rehypeHighlight from 'rehype-highlight';
import remarkGfm from 'remark-gfm';
import { Link } from 'wouter';
import { Listing } from '../listing.tsx';
import './chapter.css';

const Diagram = lazy(() => import('./diagram.tsx'));

/** The lesson that is being read; its links are meant from there. */
const Lesson = createContext('');

interface ChapterProps {
  chapter: string;
  /** What the workshop is about that the chapter is a page of; empty for a lesson. */
  overview: string;
  lesson: string;
  step: number;
}

/** What is to be read in a step: its code highlighted, its diagrams drawn, its hints opened one at a time. */
export const Chapter = memo(function Chapter({ chapter, overview, lesson, step }: ChapterProps) {
  return (
    <Lesson value={lesson}>
      <article className="chapter" aria-label={`The chapter of ${lesson}`}>
        {overview && (
          <details className="overview" open={step === 1}>
            <summary>The whole workshop</summary>
            <Text text={overview} />
          </details>
        )}
        {splitDetails(chapter).map((part) =>
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
    </Lesson>
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

/** A text in Markdown. */
export function Text({ text }: { text: string }) {
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
  const lesson = useContext(Lesson);
  const [, other] = /^\.\.\/(\d\d)-[^/]+\/README\.md$/.exec(href) ?? [];
  if (other) return <Link href={`/lesson-${other}/1`}>{children}</Link>;
  const [, step] = /^steps\/(\d\d)\.md$/.exec(href) ?? [];
  if (step) return <Link href={`/${lesson}/${Number(step)}`}>{children}</Link>;
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

import mermaid from 'mermaid';
import { type CSSProperties, useEffect, useId, useState, useSyncExternalStore } from 'react';

const dark = matchMedia('(prefers-color-scheme: dark)');

function onSchemeChange(listener: () => void): () => void {
  dark.addEventListener('change', listener);
  return () => dark.removeEventListener('change', listener);
}

/** Draws a mermaid diagram; its source is the text alternative, and what is shown where it cannot be drawn. */
export default function Diagram({ source }: { source: string }) {
  const id = `diagram${useId().replaceAll(/\W/g, '')}`;
  const [drawing, setDrawing] = useState<string>();
  const isDark = useSyncExternalStore(onSchemeChange, () => dark.matches);
  useEffect(() => {
    mermaid.initialize({
      startOnLoad: false,
      securityLevel: 'strict',
      suppressErrorRendering: true,
      theme: isDark ? 'dark' : 'neutral',
      ...(isDark ? { themeVariables: { noteBkgColor: '#3b3a26', noteTextColor: '#f3f1e3' } } : {}),
    });
    mermaid.render(id, source).then(
      ({ svg }) => setDrawing(svg),
      () => {},
    );
  }, [id, source, isDark]);
  if (!drawing) return <>{source}</>;
  const [, naturalWidth = '0'] = /viewBox="[-\d.]+ [-\d.]+ ([\d.]+)/.exec(drawing) ?? [];
  return (
    <span
      className="diagram"
      role="img"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a mouse
      tabIndex={0}
      aria-label={source}
      style={{ '--natural-width': `${naturalWidth}px` } as CSSProperties}
      // mermaid has sanitised it, and the source is the course's.
      dangerouslySetInnerHTML={{ __html: drawing }}
    />
  );
}

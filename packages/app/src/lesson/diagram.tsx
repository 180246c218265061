import mermaid from 'mermaid';
import { useEffect, useId, useState, useSyncExternalStore } from 'react';

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
    });
    mermaid.render(id, source).then(
      ({ svg }) => setDrawing(svg),
      () => {},
    );
  }, [id, source, isDark]);
  if (!drawing) return <>{source}</>;
  return (
    <span
      className="diagram"
      role="img"
      aria-label={source}
      // mermaid has sanitised it, and the source is the course's.
      dangerouslySetInnerHTML={{ __html: drawing }}
    />
  );
}

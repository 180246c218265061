import mermaid from 'mermaid';
import { useEffect, useId, useState } from 'react';

/** Draws a mermaid diagram; its source is the text alternative, and what is shown where it cannot be drawn. */
export default function Diagram({ source }: { source: string }) {
  const id = `diagram${useId().replaceAll(/\W/g, '')}`;
  const [drawing, setDrawing] = useState<string>();
  useEffect(() => {
    const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
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
  }, [id, source]);
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

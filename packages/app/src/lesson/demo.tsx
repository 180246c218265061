import { useEffect, useRef, useState } from 'react';
import { hub } from '../hub.ts';
import { Listing } from '../listing.tsx';

/** Runs the demo of a lesson and shows what it prints. */
export function Demo({ lesson }: { lesson: string }) {
  const [text, setText] = useState('');
  const [isRunning, setRunning] = useState(false);
  const leaving = useRef<AbortController>(undefined);
  useEffect(() => () => leaving.current?.abort(), []);

  const run = async (): Promise<void> => {
    leaving.current?.abort();
    const own = new AbortController();
    leaving.current = own;
    setText('');
    setRunning(true);
    try {
      for await (const piece of hub.runDemo({ lesson }, { signal: own.signal })) {
        setText((before) => before + piece.text);
      }
    } catch {
      if (!own.signal.aborted) setText((before) => `${before}\nThe demo has ended before its time.`);
    } finally {
      if (leaving.current === own) setRunning(false);
    }
  };
  return (
    <section aria-label="Demo">
      <div className="tools">
        <button type="button" onClick={() => void run()} disabled={isRunning}>
          {isRunning ? 'Running …' : 'Run the demo'}
        </button>
        <span className="soft">Your files against each other, frame by frame.</span>
      </div>
      {text && <Listing label="What the demo prints">{text}</Listing>}
    </section>
  );
}

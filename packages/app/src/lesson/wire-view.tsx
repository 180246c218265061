import type { Timeline } from '@streamlings/wire/draw';
import { describeWindows, drawSequence, drawWindows, formatTimeline } from '@streamlings/wire/draw';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Listing } from '../listing.tsx';
import type { Run } from '../run.ts';
import './wire.css';

interface WireViewProps {
  run: Run;
  /** The check whose frames are shown. */
  chosen: string | undefined;
  onChoose: (check: string) => void;
}

/** Nothing for all calls. */
interface Filter {
  connection?: number | undefined;
  stream?: number | undefined;
}

/** What crossed the wire in the run just graded, drawn by the same functions as everywhere. */
export function WireView({ run, chosen, onChoose }: WireViewProps) {
  const [stream, setStream] = useState('');
  const seen = run.checks.filter(({ finished }) => finished && finished.timelines.length > 0);
  const check = seen.find(({ name }) => name === chosen) ?? seen[0];
  if (!check?.finished)
    return <p className="soft">Nothing has crossed the wire yet. Save the file, or run the checks.</p>;
  const timelines = check.finished.timelines as unknown as Timeline[];
  return (
    <section className="wire" aria-label="The wire">
      <div className="tools">
        {seen.length > 1 && (
          <label>
            Check{' '}
            <select value={check.name} onChange={({ target }) => onChoose(target.value)}>
              {seen.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        )}
        <label>
          Call{' '}
          <select value={stream} onChange={({ target }) => setStream(target.value)}>
            <option value="">all</option>
            {timelines.flatMap((timeline, at) =>
              timeline.streams.map(({ connection, id, path }) => (
                <option key={`${at}:${connection}:${id}`} value={`${at}:${connection}:${id}`}>
                  {connection}:{id} {path.split('/').at(-1)}
                </option>
              )),
            )}
          </select>
        </label>
      </div>
      {timelines.map((timeline, at) => {
        const [place, connection, id] = stream.split(':').map(Number);
        if (stream !== '' && place !== at) return null;
        const filter = stream === '' ? {} : { connection, stream: id };
        const name = `${check.name}${timelines.length > 1 ? `, server ${at + 1}` : ''}`;
        return <Pictures key={name} timeline={timeline} filter={filter} name={name} />;
      })}
    </section>
  );
}

function Pictures({ timeline, filter, name }: { timeline: Timeline; filter: Filter; name: string }) {
  const { connection, stream } = filter;
  const { sequence, windows, described, words } = useMemo(() => {
    const own = { ...(connection && stream ? { connection, stream } : {}) };
    return {
      sequence: (width: number) => drawSequence(timeline, { ...own, width, title: name }),
      windows: (width: number) => drawWindows(timeline, { ...own, width }),
      described: describeWindows(timeline, own),
      words: formatTimeline(timeline, { ...own, width: 120, json: true }).join('\n'),
    };
  }, [timeline, connection, stream, name]);
  return (
    <>
      <Picture draw={sequence} name={`${name}: frames`}>
        <Listing label={`${name} in words`}>{words}</Listing>
      </Picture>
      <Picture draw={windows} name={`${name}: windows`}>
        <p>{described}</p>
      </Picture>
    </>
  );
}

interface PictureProps {
  /** Draws it as an SVG document, so many pixels wide; a new function is a new picture. */
  draw: (width: number) => string;
  name: string;
  /** The same in words. */
  children: React.ReactNode;
}

/** A drawing that is as wide as its place, with its text alternative, to be kept as a file. */
export function Picture({ draw, name, children }: PictureProps) {
  const place = useRef<HTMLElement>(null);
  const width = useWidth(place);
  const svg = useMemo(() => draw(width), [draw, width]);
  const address = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  return (
    <figure ref={place}>
      {/* biome-ignore lint/a11y/useSemanticElements: this is no part of a form */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a mouse */}
      <div className="drawing" role="group" tabIndex={0} aria-label={name}>
        <img src={address} alt={`${name}, drawn; the same in words follows`} />
      </div>
      <figcaption>
        <details>
          <summary>In words</summary>
          {children}
        </details>
        <a href={address} download={`${name}.svg`}>
          Save as SVG
        </a>
      </figcaption>
    </figure>
  );
}

/** In pixels; below the least, the drawing scrolls. */
const MIN_WIDTH = 320;
const MAX_WIDTH = 820;

function useWidth(place: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(MAX_WIDTH);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.floor(Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, entry.contentRect.width))));
    });
    observer.observe(place.current as HTMLElement);
    return () => observer.disconnect();
  }, [place]);
  return width;
}

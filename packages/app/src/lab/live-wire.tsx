import {
  describeWindows,
  drawSequence,
  drawWindows,
  formatTimeline,
  type Timeline,
} from '@streamlings/wire/draw';
import { useMemo } from 'react';
import { Picture } from '../lesson/wire-view.tsx';
import { Listing } from '../listing.tsx';
import '../lesson/wire.css';

/** So many of the latest arrows are shown while more are on their way. */
const LIVE_ROWS = 16;
const MAX_ROWS = 120;

/** What crosses the wire, drawn anew with every piece of it that arrives. */
export function LiveWire({ timeline, name, isLive }: { timeline: Timeline; name: string; isLive: boolean }) {
  const { frames, words, windows } = useMemo(() => {
    const maxRows = isLive ? LIVE_ROWS : MAX_ROWS;
    const omitTypes = ['PING'];
    return {
      frames: (width: number) => drawSequence(timeline, { maxRows, omitTypes, width, title: name }),
      words: formatTimeline(timeline, { maxRows: 4 * maxRows, omitTypes, width: 120, json: true }).join('\n'),
      windows: findStreamers(timeline).map((sender) => ({
        sender,
        draw: (width: number) => drawWindows(timeline, { sender, width }),
        described: describeWindows(timeline, { sender }),
      })),
    };
  }, [timeline, name, isLive]);
  return (
    <div className="wire">
      <Picture draw={frames} name={`${name}: frames`}>
        <Listing label={`${name} in words`}>{words}</Listing>
      </Picture>
      {windows.map(({ sender, draw, described }) => (
        <Picture key={sender} draw={draw} name={`${name}: windows of the ${sender}`}>
          <p>{described}</p>
        </Picture>
      ))}
    </div>
  );
}

/** Finds the sides that have streamed: a single message says little about windows. */
function findStreamers({ streams }: Timeline): Array<'client' | 'server'> {
  const sides = ['server', 'client'] as const;
  return sides.filter((side) => streams.some(({ messages }) => messages[side] > 1));
}

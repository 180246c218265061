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

/** So many of the latest arrows are shown while more are on their way. */
const LIVE_ROWS = 16;
const MAX_ROWS = 120;

/** What crosses the wire, drawn anew with every piece of it that arrives. */
export function LiveWire({ timeline, name, isLive }: { timeline: Timeline; name: string; isLive: boolean }) {
  const { frames, windows, words, described } = useMemo(() => {
    const maxRows = isLive ? LIVE_ROWS : MAX_ROWS;
    const omitTypes = ['PING'];
    return {
      frames: drawSequence(timeline, { maxRows, omitTypes, title: name }),
      windows: drawWindows(timeline),
      described: describeWindows(timeline),
      words: formatTimeline(timeline, { maxRows: 4 * maxRows, omitTypes, width: 120, json: true }).join('\n'),
    };
  }, [timeline, name, isLive]);
  return (
    <div className="wire">
      <Picture svg={frames} name={`${name}: frames`}>
        <Listing label={`${name} in words`}>{words}</Listing>
      </Picture>
      <Picture svg={windows} name={`${name}: windows`}>
        <p>{described}</p>
      </Picture>
    </div>
  );
}

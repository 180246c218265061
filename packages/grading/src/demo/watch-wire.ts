import { createRegistry, type DescService } from '@bufbuild/protobuf';
import { createTap, type FrameRecord, type Tap, type TimelineEvent } from '@streamlings/wire';
import { createLivePrinter } from '@streamlings/wire/draw';

/** Frames that say nothing about a call; a client's goodbye is one of them, and the answer to it. */
const quiet = ['SETTINGS', 'PING', 'GOAWAY NO_ERROR'];
/** How many frames of a kind a side of a stream may send before the rest is left out. */
const MAX_ALIKE = 5;

/**
 * Stands before a server and prints the frames as they pass. Clients that are to be seen connect to its `address`.
 *
 * Of a long stream the first frames are printed, those that use up a window, and how it ends.
 *
 * @param services what the server serves, so that its messages can be shown decoded
 * @param port where to stand; by default a free one
 */
export async function watchWire(
  services: DescService | readonly DescService[],
  address: string,
  port = 0,
): Promise<Tap> {
  const [host = '', serverPort] = address.split(/:(?=\d+$)/);
  const print = createLivePrinter(
    (line) => console.log(line),
    () => ({
      width: process.stdout.columns || Number(process.env.COLUMNS) || 110,
      color: process.stdout.hasColors?.() ?? false,
      json: true,
    }),
  );
  const shorten = createShortener();
  return createTap({
    target: { host, port: Number(serverPort) },
    listen: { port },
    registry: createRegistry(...[services].flat()),
    onEvent: (event) => {
      if (event.kind !== 'frame') print(event);
      else if (!quiet.includes(nameOf(event.frame))) for (const shown of shorten(event)) print(shown);
    },
  });
}

function nameOf({ type, code }: FrameRecord): string {
  return type === 'GOAWAY' ? `${type} ${code}` : type;
}

type FrameEvent = Extract<TimelineEvent, { kind: 'frame' }>;

/** Lets through what should be printed, and says once for each long stream that the rest is left out. */
function createShortener(): (event: FrameEvent) => TimelineEvent[] {
  const counts = new Map<string, number>();
  return (event) => {
    const { frame } = event;
    if (!/^(DATA|WINDOW_UPDATE)$/.test(frame.type) || isTurningPoint(frame)) return [event];
    const key = `${frame.connection} ${frame.stream} ${frame.from} ${frame.type}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count <= MAX_ALIKE) return [event];
    if (count > MAX_ALIKE + 1) return [];
    const subject = `… more ${frame.type} from the ${frame.from}`;
    return [{ kind: 'note', note: { atMs: frame.atMs, subject, text: `on stream ${frame.stream}` } }];
  };
}

function isTurningPoint({ flags, windows }: FrameRecord): boolean {
  const isUsedUp = windows?.stream === 0 || windows?.connection === 0;
  return isUsedUp || flags.includes('END_STREAM');
}

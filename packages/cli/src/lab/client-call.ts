import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { credentials, type StatusObject, status as statusNames } from '@grpc/grpc-js';
import { createTurns, type Reading } from '@streamlings/grading/lab';
import { createClient } from '@streamlings/grpc';
import { type LabKnobs, LabReading } from '@streamlings/proto/streamlings/hub/v1/hub';
import type { LabLesson } from './lessons.ts';

/** A call under way. */
export interface ClientCall extends Disposable {
  /** Messages handed over to be sent. */
  readonly written: number;
  /** Messages read. */
  readonly received: number;
  /** Whether the client has cancelled because the knobs say so. */
  readonly hasLeft: boolean;
  /** Resolves with the status; never rejects. */
  status: Promise<StatusObject>;
  cancel(): void;
}

// biome-ignore lint/suspicious/noExplicitAny: the method is only known at run time
type AnyClient = Record<string, any>;

/** Says how the reader that the knobs are about goes about it. */
export function readingOf({ reading, paceMs, reads }: LabKnobs): Reading {
  if (reading === LabReading.PACED) return { mode: 'paced', everyMs: paceMs };
  return reading === LabReading.STOPS ? { mode: 'stops', after: reads } : { mode: 'at once' };
}

/** Calls the method of a lab as the knobs say; `onRead` hears of each message that is about to be read. */
export function startCall(
  lesson: LabLesson,
  address: string,
  knobs: LabKnobs,
  onRead: (position: number) => void,
): ClientCall {
  const { method, reader, makeRequests } = lesson;
  const client = createClient(method.parent, address, credentials.createInsecure(), {
    'grpc.enable_http_proxy': 0,
    ...(knobs.windowBytes > 0 ? { 'grpc-node.flow_control_window': knobs.windowBytes } : {}),
  }) as unknown as AnyClient;
  const options = knobs.deadlineMs > 0 ? { deadline: Date.now() + knobs.deadlineMs } : {};
  const requests = makeRequests(knobs);
  const turn = createTurns(reader === 'the client' ? readingOf(knobs) : { mode: 'at once' });
  const over = Promise.withResolvers<StatusObject>();
  // The status is there before the last messages are read.
  const isRead = Promise.withResolvers<void>();
  const state = { written: 0, received: 0, hasLeft: false, isOver: false };
  const cancel = (): void => {
    call.cancel();
    isRead.resolve();
  };
  const leaveAfter = (count: number): void => {
    if (count !== knobs.cancelAfter || state.isOver) return;
    state.hasLeft = true;
    cancel();
  };

  const call = begin();
  call.on('error', () => {});
  call.on('status', async (status: StatusObject) => {
    if (status.code === statusNames.OK) await isRead.promise;
    state.isOver = true;
    over.resolve(status);
  });
  if (method.methodKind !== 'server_streaming') void write();
  if (method.methodKind !== 'client_streaming') void read().then(isRead.resolve);
  else isRead.resolve();

  function begin() {
    const name = method.localName;
    if (method.methodKind === 'server_streaming') {
      const [request] = requests;
      state.written++;
      return client[name](request, options);
    }
    if (method.methodKind === 'bidi_streaming') return client[name](options);
    return client[name](options, (_error: unknown, response: unknown) => {
      if (response !== undefined) state.received++;
    });
  }

  async function write(): Promise<void> {
    for (const request of requests) {
      // Messages come from somewhere, and that takes a turn of the event loop each.
      await nextTurn();
      if (state.isOver || state.hasLeft) return;
      const hasRoom = call.write(request);
      state.written++;
      if (method.methodKind === 'client_streaming') leaveAfter(state.written);
      if (!hasRoom) await Promise.race([once(call, 'drain').catch(() => {}), over.promise]);
    }
    if (!state.isOver) call.end();
  }

  async function read(): Promise<void> {
    const messages = call.iterator({ destroyOnReturn: false });
    for (;;) {
      await Promise.race([turn(), over.promise]);
      if (state.isOver) return;
      onRead(state.received + 1);
      const { done } = await messages.next().catch(() => ({ done: true }));
      if (done) return;
      state.received++;
      leaveAfter(state.received);
    }
  }

  return {
    get written() {
      return state.written;
    },
    get received() {
      return state.received;
    },
    get hasLeft() {
      return state.hasLeft;
    },
    status: over.promise,
    cancel,
    [Symbol.dispose]: () => {
      cancel();
      client.close();
    },
  };
}

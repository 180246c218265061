import { constants } from 'node:http2';
import type { DescService } from '@bufbuild/protobuf';
import type { CallRecord } from './probes/call-record.ts';
import type { Served } from './probes/serve.ts';
import type { RoutedCall } from './probes/serve-connect.ts';

/** Why a call hangs, as far as the harness can tell from outside. */
export type Symptom =
  | 'no call arrived'
  | 'callback never called'
  | 'handler promise rejected'
  | 'call destroyed without trailers'
  | 'request stream not read'
  | 'no half-close'
  | 'first write blocked'
  | 'both sides wait'
  | 'stream never ended'
  | 'client never settled';

/** A symptom and who waits for what, in a sentence. */
export interface Diagnosis {
  symptom: Symptom;
  text: string;
}

/** Tells why the last call of a server does not come to an end; undefined when nothing is known to be wrong. */
export function diagnoseHang(served: Served<DescService>): Diagnosis | undefined {
  const record = served.calls.at(-1);
  return record ? diagnoseCall(record) : NO_CALL;
}

/** Tells why the last call to Connect routes does not come to an end, from the stream that carries it. */
export function diagnoseRoutedHang(calls: readonly RoutedCall[]): Diagnosis {
  const call = calls.at(-1);
  if (!call) return NO_CALL;
  const { method, stream } = call;
  if (stream.closed || stream.writableEnded) {
    return {
      symptom: 'client never settled',
      text: `The server has ended \`${method}\`; what should follow on the client's side has not happened since.`,
    };
  }
  if (stream.writableNeedDrain) {
    return {
      symptom: 'first write blocked',
      text: `\`${method}\` is held by flow control: the client does not read.`,
    };
  }
  if (stream.state.state !== constants.NGHTTP2_STREAM_STATE_HALF_CLOSED_REMOTE) {
    return {
      symptom: 'no half-close',
      text: `\`${method}\` has not ended, and its client has not half-closed: each may be waiting for the other.`,
    };
  }
  return {
    symptom: 'stream never ended',
    text: `\`${method}\` was sent all its requests and has not ended: its function waits for something, and has not returned.`,
  };
}

const NO_CALL: Diagnosis = {
  symptom: 'no call arrived',
  text: 'No call has reached the server: the client never started one.',
};

function diagnoseCall(record: CallRecord): Diagnosis | undefined {
  const { method, kind } = record;
  const answersByCallback = kind === 'unary' || kind === 'client_streaming';
  const readsRequests = kind === 'client_streaming' || kind === 'bidi_streaming';

  if (record.rejected.length > 0) {
    return {
      symptom: 'handler promise rejected',
      text: `\`${method}\` is async and its promise was rejected; nobody looks at that promise, so the client waits on.`,
    };
  }
  if (record.destroyed) {
    return {
      symptom: 'call destroyed without trailers',
      text: `\`${method}\` destroyed its call before a status was sent; the client waits for a status that cannot come.`,
    };
  }
  if (record.answers.length > 0 || record.errors.length > 0) {
    return {
      symptom: 'client never settled',
      text: `The server has answered \`${method}\`; what should follow on the client's side has not happened since.`,
    };
  }
  if (record.ends > 0) {
    return {
      symptom: 'client never settled',
      text: `The server has ended \`${method}\`; what should follow on the client's side has not happened since.`,
    };
  }
  if (readsRequests && !record.halfClosed) {
    if (
      record.messagesRead === 0 &&
      record.call.listenerCount('data') === 0 &&
      record.call.listenerCount('readable') === 0
    ) {
      return {
        symptom: 'request stream not read',
        text: `\`${method}\` does not read its request stream; a stream that nobody reads does not end.`,
      };
    }
    if (kind === 'bidi_streaming' && record.writes === 0 && record.messagesRead > 0) {
      return {
        symptom: 'both sides wait',
        text: `\`${method}\` has read ${record.messagesRead} and written nothing; the client waits for a reply, the server for more.`,
      };
    }
    return {
      symptom: 'no half-close',
      text: `\`${method}\` has read ${record.messagesRead} messages and waits for more; the client has not half-closed.`,
    };
  }
  if (answersByCallback) {
    return {
      symptom: 'callback never called',
      text: `\`${method}\` returned ${record.returned === 'not yet' ? 'nothing yet' : record.returned}, but its callback was never called; the client waits for that.`,
    };
  }
  if ('writableNeedDrain' in record.call && record.call.writableNeedDrain) {
    return {
      symptom: 'first write blocked',
      text: `\`${method}\` wrote ${record.writes} messages and is held by flow control: the client does not read.`,
    };
  }
  return {
    symptom: 'stream never ended',
    text: `\`${method}\` wrote ${record.writes} messages and has neither ended nor been cancelled since; the call is still open on both sides.`,
  };
}

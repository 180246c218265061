import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { destroyedCallHint, isDestroyedCall } from './destroyed-call.ts';

/** Declares the checks of `src/echo.ts`. */
export function echoChecks(load: Load<Exercise>['echo']): void {
  const start = async ({ serve }: CheckContext) => {
    const { handlers } = await load();
    const server = await serve(StreamingService, handlers());
    const open = () => {
      const call = server.client.bidirectionalStreaming();
      return { call, replies: server.read(call) };
    };
    return { server, open };
  };

  check(
    'answers each message before the next one is sent',
    {
      hints: {
        'L4-02':
          'The client sends its second message when it has the answer to the first, and your handler answers when it has all messages. Each waits for the other. What could your handler do with a message the moment it has it?',
      },
      otherwise:
        'The client sends one message, waits for the answer, and sends the next. What should it get, and from whom?',
    },
    async (context) => {
      const { server, open } = await start(context);
      context.diagnose({ 'L4-02': ({ symptom }) => symptom === 'both sides wait' });
      const { call, replies } = open();
      for (const [at, content] of ['Hello', 'How are you?', 'Goodbye'].entries()) {
        call.write({ content, sender: 'ada' });
        const reply = await replies.message(at + 1);
        expect(reply?.content, `answer to message ${at + 1}`).toBe(`Echo: ${content}`);
        expect(reply?.sender, `sender of answer ${at + 1}`).toBe('server');
      }
      await server.barrier(3);
      expect(replies.received.length, 'answers to three messages').toBe(3);
      call.end();
      await server.barrier(5);
    },
  );

  check(
    'ends with OK behind the last answer when the client has half-closed',
    {
      hints: {
        'L2-03':
          'All answers came, and no status. A handler that returns, or a stream that has been read, ends nothing. Which call on the stream says that you are done, and when is that?',
        'L4-01': destroyedCallHint,
        'L4-04':
          'The call ended before the answers were out. The half-close says that the client sends no more; it still listens. What has to be written by the time you end?',
      },
      otherwise:
        'The client sends 0, 1 and 40 messages and half-closes at once. How many answers does it get before OK?',
      environment: ['L4-01'],
    },
    async (context) => {
      const { server, open } = await start(context);
      let isShort = false;
      context.diagnose({
        'L4-01': isDestroyedCall,
        'L2-03': ({ symptom }) => symptom === 'stream never ended',
        'L4-04': () => isShort,
      });
      for (const count of [0, 1, 40]) {
        const { call, replies } = open();
        for (let i = 1; i <= count; i++) call.write({ content: `${i}`, sender: 'ada' });
        call.end();
        const { code } = await replies.outcome;
        expect(nameOf(code), `status after ${count} messages and the half-close`).toBe(nameOf(status.OK));
        isShort = replies.received.length < count;
        expect(
          replies.received.map(({ content }) => content),
          `answers to ${count} messages`,
        ).toEqual(Array.from({ length: count }, (_, at) => `Echo: ${at + 1}`));
      }
      await server.barrier(3);
      const { frames } = await server.wire();
      const trailers = frames.filter(({ block }) => block === 'trailers' || block === 'trailers-only');
      expect(trailers.length, 'trailers on the wire, one for each call').toBe(3);
    },
  );

  check(
    'keeps two conversations apart',
    {
      hints: {
        'L3-14':
          'One client got what was meant for the other. A variable beside the handler belongs to all calls; what one call needs belongs into its own invocation. What does your handler share?',
      },
      otherwise: 'Two clients talk by turns, each over a call of its own. Who gets which answer?',
    },
    async (context) => {
      const { open } = await start(context);
      const [ada, grace] = [open(), open()];
      let isMixed = false;
      context.diagnose({ 'L3-14': () => isMixed });
      const talk = async (own: typeof ada, other: typeof ada, content: string) => {
        own.call.write({ content, sender: 'client' });
        const count = own.replies.received.length + 1;
        const misled = other.replies.message(other.replies.received.length + 1);
        const reply = await Promise.race([own.replies.message(count), misled]);
        isMixed = own.replies.received.length < count && reply !== undefined;
        expect(own.replies.received[count - 1]?.content, `answer to ${content}`).toBe(`Echo: ${content}`);
      };
      for (const round of [1, 2]) {
        await talk(ada, grace, `message ${round} of Ada`);
        await talk(grace, ada, `message ${round} of Grace`);
      }
      ada.call.end();
      grace.call.end();
      expect(nameOf((await ada.replies.outcome).code), 'status of the first call').toBe(nameOf(status.OK));
      expect(nameOf((await grace.replies.outcome).code), 'status of the second call').toBe(nameOf(status.OK));
    },
  );
}

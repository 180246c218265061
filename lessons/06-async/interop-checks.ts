import { createClient } from '@connectrpc/connect';
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from '@connectrpc/connect-node';
import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import { dialServer } from '@streamlings/grading/connect';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect } from 'vitest';
import type { Exercise, Routes } from './checks.ts';

/** Declares the checks of `src/interop.ts`. */
export function interopChecks(load: Load<Exercise>['interop']): void {
  const echo: Routes = (router) =>
    router.service(StreamingService, {
      unaryCall: ({ content }) => ({ content }),
      async *bidirectionalStreaming(requests) {
        for await (const { content } of requests) yield { content };
      },
    });
  /** Has the learner serve the check's own routes. */
  const listen = async (context: CheckContext) => {
    const exercise = await load();
    const listening = await exercise.listen(echo);
    const server = await dialServer(context, StreamingService, listening.port);
    return { listening, server };
  };
  /** Serves the learner's grpc-js handlers. */
  const serve = async (context: CheckContext) => {
    const { handlers } = await load();
    return context.serve(StreamingService, handlers(context.world));
  };

  check(
    'serves gRPC, gRPC-Web and Connect on one port',
    {
      hints: {
        'L1-17':
          'The server listens, and a gRPC client does not get through to it: gRPC lives in HTTP/2, with its trailers and both directions at once. Which version of HTTP does the server speak that you have created?',
      },
      otherwise:
        'A grpc-js client makes a unary call and talks in both directions; then Connect clients call in three protocols. Which of them fails, and with what?',
    },
    async (context) => {
      let reached = false;
      context.diagnose({ 'L1-17': () => reached });
      const { listening, server } = await listen(context);
      // Not waited for: whether it ends is the next check's question.
      context.defer(() => void listening.close().catch(() => {}));
      reached = true;
      const reply = await server.unary('unaryCall', { content: 'Hello' });
      expect(nameOf(reply.code), 'status of a call with grpc-js').toBe('0 OK');
      const call = server.client.bidirectionalStreaming();
      const echoes = server.read(call);
      for (const [index, content] of ['one', 'two'].entries()) {
        call.write({ content });
        expect((await echoes.message(index + 1))?.content, `echo ${index + 1} to grpc-js`).toBe(content);
      }
      call.end();
      expect(nameOf((await echoes.outcome).code), 'status of the echoes').toBe('0 OK');
      const baseUrl = `http://${server.address}`;
      const sessionManager = new Http2SessionManager(baseUrl);
      context.defer(() => sessionManager.abort());
      const options = { baseUrl, sessionManager, httpVersion: '2' as const };
      for (const create of [createGrpcTransport, createGrpcWebTransport, createConnectTransport]) {
        const { content } = await createClient(StreamingService, create(options)).unaryCall({
          content: create.name,
        });
        expect(content, 'answer to a Connect client').toBe(create.name);
      }
    },
  );

  check(
    'closes when it is told to, with a call under way',
    {
      hints: {
        'L7-05':
          'Your `close` waits for a client to leave who has no reason to. Refusing new connections is one thing; which ones are open, and who ends those?',
      },
      otherwise:
        'A grpc-js client is in the middle of a call when the server is told to close. What does the client see, and when does `close` resolve?',
    },
    async (context) => {
      const { listening, server } = await listen(context);
      const call = server.client.bidirectionalStreaming();
      const echoes = server.read(call);
      call.write({ content: 'one' });
      expect((await echoes.message(1))?.content, 'echo before the close').toBe('one');
      let closed = false;
      context.diagnose({ 'L7-05': () => !closed });
      await listening.close();
      closed = true;
      expect(nameOf((await echoes.outcome).code), 'status of the call under way').not.toBe('0 OK');
    },
  );

  check(
    'echoes with grpc-js what it has kept, as the other stack does',
    {
      hints: {
        'L4-01':
          'This is not your mistake: on this version of Node, a `for await` loop over a call destroys both of its directions when the requests are over, so that no status can be sent. The call offers an iterator that can be told not to. Which option does it take?',
        'L4-02':
          'Your handler has read a message and the client waits for its echo, before it sends the next one. What does the handler wait for?',
      },
      environment: ['L4-01'],
      otherwise:
        'The client sends a message when it has the echo of the one before, and half-closes after the third. What comes back, and what is in the store?',
    },
    async (context) => {
      const server = await serve(context);
      const call = server.client.bidirectionalStreaming();
      const echoes = server.read(call);
      context.diagnose({
        'L4-01': ({ symptom }) => symptom === 'call destroyed without trailers',
        'L4-02': () => server.calls.length > 0 && echoes.received.length === 0 && server.calls[0]?.ends === 0,
      });
      for (const [index, content] of ['one', 'two', 'three'].entries()) {
        call.write({ sender: 'ada', content });
        const reply = await echoes.message(index + 1);
        if (!reply) expect(nameOf((await echoes.outcome).code), 'status of the call').toBe('0 OK');
        expect(reply, `echo ${index + 1}`).toMatchObject({
          content: `Async echo: ${content}`,
          sender: 'async-server',
        });
        expect([...context.controls.store.entries.keys()], 'keys in the store').toContain(`ada/${content}`);
      }
      call.end();
      expect(nameOf((await echoes.outcome).code), 'status of the call').toBe('0 OK');
    },
  );

  check(
    'has one message in work at a time',
    {
      hints: {
        'L6-10':
          'The store is slow, and your handler has given it message after message: an event does not wait for the promise of its listener. How many may be under way, and who reads the next one when?',
      },
      otherwise:
        'Five messages arrive while the store is busy with the first. What does your handler do meanwhile?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      const server = await serve(context);
      diagnose({ 'L6-10': () => controls.store.puts > 1 });
      const release = controls.store.hold();
      const call = server.client.bidirectionalStreaming();
      const echoes = server.read(call);
      const contents = ['one', 'two', 'three', 'four', 'five'];
      for (const content of contents) call.write({ sender: 'ada', content });
      call.end();
      await server.call(1);
      await server.barrier(20);
      expect(controls.store.puts, 'messages handed to the store while it is busy with the first').toBe(1);
      expect(echoes.received.length, 'echoes of messages that are not kept yet').toBe(0);
      release();
      expect(nameOf((await echoes.outcome).code), 'status of the call').toBe('0 OK');
      expect(
        echoes.received.map(({ content }) => content),
        'echoes',
      ).toEqual(contents.map((content) => `Async echo: ${content}`));
    },
  );

  check(
    'answers INTERNAL when the store breaks, and serves the next call',
    {
      hints: {
        'L6-09':
          'A promise was rejected and nobody held it. grpc-js does not look at what a handler returns, so the client learns nothing, and in a process of yours Node would end it. Who holds the promise of your handler?',
      },
      otherwise:
        'The store fails with EIO at the first message. What does the client get, and what the next client?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      const server = await serve(context);
      diagnose({ 'L6-09': ({ crash }) => crash !== undefined || server.calls[0]?.rejected.length === 1 });
      const talk = async (content: string) => {
        const call = server.client.bidirectionalStreaming();
        call.write({ sender: 'ada', content });
        call.end();
        return server.read(call).outcome;
      };
      controls.store.failNext('EIO', 'disk 7 in rack 12 is gone');
      const { code, details } = await talk('one');
      expect(nameOf(code), 'status when the store breaks').toBe('13 INTERNAL');
      expect(details, 'text of the status').not.toContain('rack');
      expect(nameOf((await talk('two')).code), 'status of the next call').toBe('0 OK');
    },
  );

  check(
    'hears of a failure that comes at once',
    {
      hints: {
        'L6-08':
          'The call failed while your function was waiting for something else, and nobody listened: the `error` ended the process. What happens in your function between the call and the first listener?',
      },
      otherwise:
        'A server answers with two messages, and then one with NOT_FOUND, before the note is written. What does `readAll` do?',
    },
    async (context) => {
      const { readAll } = await load();
      const { world, controls, diagnose } = context;
      let fails = false;
      const topics: string[] = [];
      const server = await context.serve(StreamingService, {
        serverStreaming: (call) => {
          topics.push(call.request.topic);
          if (fails) return call.emit('error', { code: status.NOT_FOUND, details: 'no such topic' });
          for (const content of ['one', 'two']) call.write({ content });
          call.end();
        },
      });
      diagnose({ 'L6-08': ({ crash }) => crash !== undefined });
      for (fails of [false, true]) {
        const release = controls.store.hold();
        const reading = readAll(server.address, fails ? 'secrets' : 'news', world).then(
          (messages) => ({ contents: messages.map(({ content }) => content), code: status.OK }),
          ({ code }) => ({ contents: [], code }),
        );
        // The note is still being written when the call is over.
        await Promise.race([server.call(fails ? 2 : 1), reading]);
        await server.barrier(20);
        release();
        const { contents, code } = await reading;
        if (fails) expect(code, 'code that `readAll` rejected with').toBe(status.NOT_FOUND);
        else expect(contents, 'messages that `readAll` resolved with').toEqual(['one', 'two']);
        expect(server.calls.length, 'calls that were made before the note was written').toBe(fails ? 2 : 1);
      }
      expect(topics, 'topics that were asked for').toEqual(['news', 'secrets']);
      await server.connections.allClosed();
    },
  );
}

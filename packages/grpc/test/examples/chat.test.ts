import { Metadata, status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { type ChatOptions, createChatHandler } from '../../examples/chat/chat-handler.ts';
import { createEditorHandler } from '../../examples/chat/editor-handler.ts';
import { createGameHandler } from '../../examples/chat/game-handler.ts';
import { Mailbox } from '../../examples/chat/mailbox.ts';
import { ChatService } from '../../examples/gen/chat/v1/chat_pb.ts';
import { EditorService } from '../../examples/gen/editor/v1/editor_pb.ts';
import { GameService } from '../../examples/gen/game/v1/game_pb.ts';
import { serveExample } from './example-server.ts';
import { VirtualClock } from './virtual-clock.ts';

const serveChat = (options: Partial<ChatOptions> = {}) =>
  serveExample(ChatService, createChatHandler({ clock: new VirtualClock(), ...options }));
type ChatServer = Awaited<ReturnType<typeof serveChat>>;

/** A member with a connection of its own, once it has joined. */
async function join(server: ChatServer, room?: string) {
  const says = new Mailbox<{ user?: string; text: string }>(10_000);
  const joined = Promise.withResolvers<void>();
  const metadata = new Metadata();
  if (room !== undefined) metadata.set('room', room);
  const events = server.connect().chat(says, { metadata, onHeaders: () => joined.resolve() });
  const first = events.next();
  first.catch(() => {});
  await joined.promise;
  let pending: typeof first | undefined = first;
  const next = async () => {
    const result = await (pending ?? events.next());
    pending = undefined;
    return result.done
      ? undefined
      : `${result.value.from}: ${result.value.text} (${result.value.messageCount})`;
  };
  return { says, next, leave: () => events.return() };
}

describe('Chat', () => {
  test('acknowledges to the sender, and tells everybody else in the room', async () => {
    await using server = await serveChat();
    const [ada, grace, alan] = [await join(server), await join(server), await join(server)];
    ada.says.push({ user: 'Ada', text: 'hello' });
    expect(await ada.next()).toBe('Server: Message received from Ada: hello (1)');
    expect(await grace.next()).toBe('Ada: hello (1)');
    expect(await alan.next()).toBe('Ada: hello (1)');
    grace.says.push({ text: 'hi' });
    expect(await ada.next()).toBe('Anonymous: hi (2)');
  });

  test('keeps rooms apart', async () => {
    await using server = await serveChat();
    const [ada, grace, lobby] = [await join(server, 'a'), await join(server, 'b'), await join(server)];
    ada.says.push({ user: 'Ada', text: 'in a' });
    await ada.next();
    grace.says.push({ user: 'Grace', text: 'in b' });
    lobby.says.push({ user: 'Lobby', text: 'in the lobby' });
    expect(await grace.next()).toBe('Server: Message received from Grace: in b (1)');
    expect(await lobby.next()).toBe('Server: Message received from Lobby: in the lobby (1)');
  });

  test('has the time of the clock in its messages', async () => {
    await using server = await serveChat();
    const [event] = await Array.fromAsync(server.connect().chat([{ text: 'x' }]));
    expect(event?.timestampMs).toBe(1_700_000_000_000n);
  });

  test('lets a member leave by half-closing, by cancelling, and with its connection', async () => {
    const counts: number[] = [];
    const changed: Record<number, PromiseWithResolvers<void>> = {};
    const reach = (count: number) => (changed[count] ??= Promise.withResolvers());
    await using server = await serveChat({
      onMembers(_room, count) {
        counts.push(count);
        reach(count + counts.length * 10).resolve();
      },
    });
    const [ada, grace, alan] = [await join(server), await join(server), await join(server)];
    ada.says.end();
    expect(await ada.next()).toBeUndefined();
    await reach(2 + 40).promise;
    await grace.leave();
    await reach(1 + 50).promise;
    alan.says.fail(new Error('the microphone broke'));
    await reach(0 + 60).promise;
    expect(counts).toEqual([1, 2, 3, 2, 1, 0]);
  });

  test('sends a member away that does not read, and nobody waits for it', async () => {
    const left = Promise.withResolvers<void>();
    let members = 0;
    await using server = await serveChat({
      maxWaiting: 20,
      onMembers(_room, count) {
        if (count < members) left.resolve();
        members = count;
      },
    });
    const slow = await join(server);
    const ada = await join(server);
    let heard = 0;
    let isGone = false;
    left.promise.then(() => {
      isGone = true;
    });
    for (; !isGone; heard++) {
      ada.says.push({ user: 'Ada', text: 'x'.repeat(16_384) });
      expect(await ada.next()).toMatch(/^Server/);
    }
    const readAll = async () => {
      while (await slow.next());
    };
    await expect(readAll()).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      details: 'you read too slowly',
    });
    ada.says.push({ user: 'Ada', text: 'still here' });
    expect(await ada.next()).toMatch(/still here/);
    expect(heard).toBeGreaterThan(20);
  });
});

describe('EditDocument', () => {
  const insert = (position: number, text: string) => ({ case: 'insert' as const, value: { position, text } });
  const remove = (position: number, length: number) => ({
    case: 'delete' as const,
    value: { position, length },
  });
  const replace = (position: number, length: number, text: string) => ({
    case: 'replace' as const,
    value: { position, length, text },
  });

  test('applies operations in order and answers each with the document', async () => {
    await using server = await serveExample(EditorService, createEditorHandler());
    const edits = [insert(0, 'Hello World'), replace(6, 5, 'Streamlings'), remove(0, 6)];
    const results = await Array.fromAsync(
      server.connect().editDocument(edits.map((edit, i) => ({ operationId: String(i), edit }))),
    );
    expect(results).toMatchObject([
      { operationId: '0', status: 'applied', documentVersion: 1, currentContent: 'Hello World' },
      { operationId: '1', status: 'applied', documentVersion: 2, currentContent: 'Hello Streamlings' },
      { operationId: '2', status: 'applied', documentVersion: 3, currentContent: 'Streamlings' },
    ]);
  });

  test('has one document for all clients', async () => {
    await using server = await serveExample(EditorService, createEditorHandler());
    await Array.fromAsync(server.connect().editDocument([{ edit: insert(0, 'ac') }]));
    const [result] = await Array.fromAsync(server.connect().editDocument([{ edit: insert(1, 'b') }]));
    expect(result).toMatchObject({ documentVersion: 2, currentContent: 'abc' });
  });

  test.each([
    ['beyond the end', insert(4, 'x')],
    ['before the start', insert(-1, 'x')],
    ['longer than the document', remove(1, 3)],
    ['of a negative length', replace(2, -1, 'x')],
    ['of no kind', undefined],
  ])('rejects an operation %s and keeps the document', async (_what, edit) => {
    await using server = await serveExample(EditorService, createEditorHandler());
    const edits = [{ edit: insert(0, 'abc') }, { edit }];
    const [, result] = await Array.fromAsync(server.connect().editDocument(edits));
    expect(result).toMatchObject({ status: 'rejected', documentVersion: 1, currentContent: 'abc' });
  });
});

describe('Play', () => {
  const move = (dx: number, dy: number) => ({ case: 'move' as const, value: { dx, dy } });
  const serveGame = () => serveExample(GameService, createGameHandler({ clock: new VirtualClock() }));

  test('answers each action with the state after it', async () => {
    await using server = await serveGame();
    const actions = [
      { playerId: 'a', action: move(1, 2) },
      { playerId: 'b', action: { case: 'shoot' as const, value: {} as never } },
      { playerId: 'a', action: move(-2, 0) },
    ];
    const states = await Array.fromAsync(server.connect().play(actions));
    expect(states.map(({ tick }) => tick)).toEqual([1, 2, 3]);
    expect(states[2]?.players).toMatchObject({ a: { x: -1, y: 2, shots: 0 }, b: { x: 0, y: 0, shots: 1 } });
    expect(states[2]?.timestampMs).toBe(1_700_000_000_000n);
  });

  test('shows players to each other until their call ends, and lets nobody play for another', async () => {
    await using server = await serveGame();
    const moves = new Mailbox<{ playerId: string; action: ReturnType<typeof move> }>(10);
    const ada = server.connect().play(moves);
    moves.push({ playerId: 'ada', action: move(1, 1) });
    await ada.next();
    const action = move(0, 0);
    const [state] = await Array.fromAsync(server.connect().play([{ playerId: 'grace', action }]));
    expect(Object.keys(state?.players ?? {}).sort()).toEqual(['ada', 'grace']);
    const thief = server.connect().play([{ playerId: 'ada', action }]);
    await expect(thief.next()).rejects.toMatchObject({ code: status.ALREADY_EXISTS });
    moves.end();
    expect((await ada.next()).done).toBe(true);
    const [after] = await Array.fromAsync(server.connect().play([{ playerId: 'alan', action }]));
    expect(Object.keys(after?.players ?? {})).toEqual(['alan']);
  });

  test('wants to know who plays', async () => {
    await using server = await serveGame();
    await expect(server.connect().play([{}]).next()).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  });
});

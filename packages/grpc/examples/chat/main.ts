import { create } from '@bufbuild/protobuf';
import { credentials, Metadata } from '@grpc/grpc-js';
import { createAsyncClient, GrpcHandlerRegistry } from '../../src/index.ts';
import { systemClock } from '../clock.ts';
import { ChatService } from '../gen/chat/v1/chat_pb.ts';
import { EditorService } from '../gen/editor/v1/editor_pb.ts';
import { GameService, ShootSchema } from '../gen/game/v1/game_pb.ts';
import { serve } from '../serve.ts';
import { createChatHandler } from './chat-handler.ts';
import { createEditorHandler } from './editor-handler.ts';
import { createGameHandler } from './game-handler.ts';
import { Mailbox } from './mailbox.ts';

const onMembers = (room: string, count: number) =>
  console.log(`${room} has ${count} member${count === 1 ? '' : 's'}`);
const registry = new GrpcHandlerRegistry()
  .registerService(ChatService, createChatHandler({ clock: systemClock, onMembers }))
  .registerService(EditorService, createEditorHandler())
  .registerService(GameService, createGameHandler({ clock: systemClock }));
const server = await serve(registry);

/** Joins the room, with a connection of its own, and prints what it hears. */
async function join(user: string) {
  const client = createAsyncClient(ChatService, server.address, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('room', 'kitchen');
  const said = new Mailbox<{ user: string; text: string }>(10);
  const joined = Promise.withResolvers<void>();
  const events = client.chat(said, { metadata, onHeaders: () => joined.resolve() });
  let heard = Promise.withResolvers<void>();
  const listening = (async () => {
    for await (const { from, text } of events) {
      console.log(`  ${user} hears ${from}: ${text}`);
      heard.resolve();
      heard = Promise.withResolvers();
    }
  })();
  await joined.promise;
  return {
    say: (text: string) => said.push({ user, text }),
    hears: () => heard.promise,
    async leave() {
      said.end();
      await listening;
      client.close();
    },
  };
}

const ada = await join('Ada');
const grace = await join('Grace');
const alan = await join('Alan');
const everyone = [ada, grace, alan];
for (const [speaker, text] of [
  [ada, 'Is there coffee?'],
  [grace, 'There is tea.'],
] as const) {
  const allHear = Promise.all(everyone.map((member) => member.hears()));
  speaker.say(text);
  await allHear;
}
for (const member of everyone) await member.leave();

const editor = createAsyncClient(EditorService, server.address, credentials.createInsecure());
const operations = [
  { operationId: '1', edit: { case: 'insert' as const, value: { position: 0, text: 'Hello World' } } },
  {
    operationId: '2',
    edit: { case: 'replace' as const, value: { position: 6, length: 5, text: 'Streamlings' } },
  },
  { operationId: '3', edit: { case: 'delete' as const, value: { position: 100, length: 1 } } },
];
for await (const { operationId, status, documentVersion, currentContent } of editor.editDocument(
  operations,
)) {
  console.log(`operation ${operationId} ${status}: version ${documentVersion} is "${currentContent}"`);
}

const game = createAsyncClient(GameService, server.address, credentials.createInsecure());
const actions = [
  { playerId: 'Ada', action: { case: 'move' as const, value: { dx: 1, dy: 2 } } },
  { playerId: 'Ada', action: { case: 'shoot' as const, value: create(ShootSchema) } },
];
for await (const { tick, players } of game.play(actions)) {
  const { x, y, shots } = players.Ada ?? { x: 0, y: 0, shots: 0 };
  console.log(`tick ${tick}: Ada is at ${x}, ${y} and has fired ${shots}`);
}

editor.close();
game.close();
server.close();

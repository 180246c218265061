import { timestampMs } from '@bufbuild/protobuf/wkt';
import { check, type Load } from '@streamlings/grading';
import { MessageType } from '@streamlings/proto/streamlings/chat/v1/chat';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { openChat } from './visitors.ts';

/** Declares the checks of `src/rooms.ts`. */
export function roomsChecks(exercise: Load<Exercise>): void {
  check(
    'tells everybody in the room, the newcomer too, who has come and who is there',
    {
      hints: {
        'L4-05':
          'The newcomer has heard of itself, and nobody else has. What a server sends over a call need not be an answer to what came over it. Whose calls does one JOIN concern?',
      },
      otherwise:
        'Ada, Grace and Joan enter one after the other. What should each of them have heard by then?',
    },
    async (context) => {
      const { enter } = await openChat(context, exercise);
      const ada = await enter('lobby', 'ada');
      expect(ada.heard(), 'what Ada has heard, alone').toEqual(['JOIN ada (ada)']);
      const grace = await enter('lobby', 'grace');
      const joan = await enter('lobby', 'joan');
      context.diagnose({ 'L4-05': () => ada.heard().length === 1 && joan.heard().length === 1 });
      expect(joan.heard(), 'what Joan has heard, who came last').toEqual(['JOIN joan (ada, grace, joan)']);
      expect(grace.heard(), 'what Grace has heard').toEqual([
        'JOIN grace (ada, grace)',
        'JOIN joan (ada, grace, joan)',
      ]);
      expect(ada.heard().slice(1), 'what Ada has heard since').toEqual(grace.heard());
      expect(joan.peer.received.at(-1)?.content, 'text of a JOIN').toBe('joan joined the chat');
    },
  );

  check(
    'passes a text on to all others in the room, in the name of its sender',
    {
      hints: {
        'L4-11':
          'Who speaks has heard itself: its own text came back. The room is a list of all who are in it. Which of them does the contract leave out of a TEXT?',
        'L1-12':
          '`sent_at` is off. A Timestamp counts seconds since 1970 and, in another field, nanoseconds; the clock counts milliseconds. What stands between the two?',
      },
      otherwise: 'Ada says something in a room of three. Who hears what, from whom, sent when?',
    },
    async (context) => {
      const { server, enter, until } = await openChat(context, exercise);
      const [ada, grace, joan] = [
        await enter('kitchen', 'ada'),
        await enter('kitchen', 'grace'),
        await enter('kitchen', 'joan'),
      ];
      const texts = (who: typeof ada) => who.heard().filter((line) => line.startsWith('TEXT'));
      context.diagnose({
        'L4-11': () => texts(ada).includes('TEXT ada: hello'),
        'L1-12': ({ label }) => label.startsWith('sent_at'),
      });
      await context.controls.clock.advance(1234);
      ada.call.write({ type: MessageType.TEXT, user: 'grace', content: 'hello' });
      await until(() => texts(joan).length > 0 && texts(grace).length > 0);
      expect(texts(grace), 'texts that Grace has heard').toEqual(['TEXT ada: hello']);
      expect(texts(joan), 'texts that Joan has heard').toEqual(['TEXT ada: hello']);
      grace.say('hello, ada');
      await until(() => texts(ada).length > 0);
      expect(texts(ada), 'texts that Ada has heard').toEqual(['TEXT grace: hello, ada']);
      const sentAt = joan.peer.received.at(-1)?.sentAt;
      expect(sentAt && timestampMs(sentAt), 'sent_at in milliseconds').toBe(context.world.clock.now());
      await server.barrier();
    },
  );

  check(
    'keeps rooms apart, and servers',
    {
      hints: {
        'L4-11':
          'Somebody has heard of a room that they are not in. One list of members knows who is here; it does not know where. What do you have to look up before you tell anybody anything?',
        'L3-14':
          'There are two servers, and what happens on the one is heard of on the other: their rooms are the same. A variable of the module belongs to whoever has imported it. What does each call of `createRooms` make anew?',
      },
      otherwise: 'Two rooms, and a room of the same name on another server. Who hears what?',
    },
    async (context) => {
      const here = await openChat(context, exercise);
      const there = await openChat(context, exercise);
      const ada = await here.enter('garden', 'ada');
      const grace = await here.enter('cellar', 'grace');
      const joan = await there.enter('garden', 'joan');
      context.diagnose({
        'L4-11': () => [...ada.heard(), ...grace.heard()].some((line) => /ada.*grace|grace.*ada/.test(line)),
        'L3-14': () => [...ada.heard(), ...joan.heard()].some((line) => /ada.*joan|joan.*ada/.test(line)),
      });
      ada.say('is anybody here?');
      grace.say('hello?');
      await here.until(() => false);
      expect(ada.heard(), 'what Ada has heard in the garden').toEqual(['JOIN ada (ada)']);
      expect(grace.heard(), 'what Grace has heard in the cellar').toEqual(['JOIN grace (grace)']);
      expect(joan.heard(), 'what Joan has heard in the garden of the other server').toEqual([
        'JOIN joan (joan)',
      ]);
    },
  );

  check(
    'takes two members of the same name for two',
    {
      hints: {
        'L4-11':
          'Two people have the same name, and your room takes them for one. A name says how somebody is called. What is it that each member has for itself alone?',
      },
      otherwise:
        'Two Adas are in a room with Grace. One of them speaks, and goes. What do the two others hear?',
    },
    async (context) => {
      const { enter, until } = await openChat(context, exercise);
      const grace = await enter('attic', 'grace');
      const first = await enter('attic', 'ada');
      context.diagnose({ 'L4-11': () => first.heard().length > 0 });
      const second = await enter('attic', 'ada');
      expect(grace.heard().slice(1), 'what Grace has heard').toEqual([
        'JOIN ada (grace, ada)',
        'JOIN ada (grace, ada, ada)',
      ]);
      first.say('I am Ada');
      await until(() => second.heard().length > 1);
      expect(second.heard().at(-1), 'what the second Ada has heard of the first').toBe('TEXT ada: I am Ada');
      first.leave();
      await until(() => second.heard().length > 2);
      expect(second.heard().at(-1), 'what the second Ada has heard then').toBe('LEAVE ada (grace, ada)');
      grace.say('and who are you?');
      await until(() => second.heard().length > 3);
      expect(second.heard().at(-1), 'what the second Ada has heard in the end').toBe(
        'TEXT grace: and who are you?',
      );
    },
  );

  check(
    'tells those who stay who has left and who is still there',
    {
      hints: {},
      otherwise:
        'Of three, the first goes, and later everybody. Who hears LEAVE, who is said to be still there, and what is left of the room?',
    },
    async (context) => {
      const { enter, until, countMembers } = await openChat(context, exercise);
      const ada = await enter('hall', 'ada');
      const grace = await enter('hall', 'grace');
      const joan = await enter('hall', 'joan');
      const alan = await enter('yard', 'alan');
      expect(countMembers(), 'members of all rooms').toBe(4);
      ada.leave();
      await until(() => joan.heard().length > 1);
      expect(joan.heard().slice(1), 'what Joan has heard').toEqual(['LEAVE ada (grace, joan)']);
      expect(grace.heard().at(-1), 'what Grace has heard').toBe('LEAVE ada (grace, joan)');
      expect(joan.peer.received.at(-1)?.content, 'text of a LEAVE').toBe('ada left the chat');
      grace.say('she has gone');
      await until(() => joan.heard().length > 2);
      expect(ada.heard().length, 'how much Ada has heard, who has gone').toBe(3);
      for (const each of [grace, joan, alan]) each.leave();
      await until(() => countMembers() === 0);
      expect(countMembers(), 'members when all have gone').toBe(0);
      const last = await enter('hall', 'margaret');
      expect(last.heard(), 'what Margaret hears, who finds nobody').toEqual(['JOIN margaret (margaret)']);
    },
  );
}

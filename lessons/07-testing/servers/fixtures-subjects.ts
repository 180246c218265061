import { type Fixture, rightFixtures, wrongFixtures } from './fixtures.ts';
import { handlers, refuse } from './right.ts';
import { slow as slowHandlers, servers as streams } from './server-subjects.ts';
import type { Broken, FixturesSubject, HandlersSubject } from './subjects.ts';

export const right: FixturesSubject = { handlers, fixtures: rightFixtures };
export const slow: FixturesSubject = { ...slowHandlers, fixtures: rightFixtures };
export const wrong: FixturesSubject = { handlers, fixtures: wrongFixtures satisfies Fixture[] };

function find(name: string): Broken<FixturesSubject> {
  const { subject, ...rest } = streams.find((each) => each.name === name) as Broken<HandlersSubject>;
  return { ...rest, subject: { ...subject, fixtures: rightFixtures } };
}

/** Broken servers that some fixture must expose. */
export const servers: Broken<FixturesSubject>[] = [
  find('nothing'),
  find('no end'),
  {
    name: 'refuses all',
    breaks: 'refuses every message of its unary method',
    hint: 'Which fixture is about a call that goes well, and what does your runner demand of it?',
    subject: {
      handlers: (world) => ({
        ...handlers(world),
        unaryCall: (_call, callback) => callback(refuse('no')),
      }),
      fixtures: rightFixtures,
    },
  },
];

import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import { BadRequestSchema } from '@streamlings/grpc/google/rpc/error_details';
import { ParcelService, type RegisterAllResponse } from '@streamlings/proto/streamlings/parcel/v1/parcel';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { adapt, findDetails, textOf } from './statuses.ts';

/** What a failing register says, and no client should hear. */
const SECRET = 'db-7.internal';

const parcelOf = (id: string) => ({
  id,
  weightGrams: 1200,
  destination: { city: 'Graz', countryCode: 'AT' },
});

/** Parcels with every field that is wrong about them. */
const bad = [
  { parcel: undefined, fields: ['parcel'] },
  { parcel: {}, fields: ['parcel.id', 'parcel.weight_grams', 'parcel.destination'] },
  { parcel: { ...parcelOf('p'), weightGrams: 30_001 }, fields: ['parcel.weight_grams'] },
  { parcel: { ...parcelOf('p'), weightGrams: -1 }, fields: ['parcel.weight_grams'] },
  {
    parcel: { ...parcelOf(''), destination: { city: '', countryCode: '' } },
    fields: ['parcel.id', 'parcel.destination.city', 'parcel.destination.country_code'],
  },
];

/** Declares the checks of `src/register.ts`. */
export function registerChecks(load: Load<Exercise>['register']): void {
  const start = async ({ world, serve }: CheckContext) => {
    const { handlers } = await load();
    const server = await serve(ParcelService, adapt(ParcelService, handlers(world.store)));
    /** Opens a stream of parcels. */
    const open = () => {
      const call = server.client.registerAll();
      const peer = server.read(call);
      const send = (parcel: (typeof bad)[number]['parcel']) => call.write({ parcel });
      return { peer, send, halfClose: () => call.end() };
    };
    return { server, open };
  };

  check(
    'keeps a good parcel, and answers OK',
    {
      hints: {
        'L1-07':
          'A parcel at the very edge of what is allowed was refused. The contract says “from 1 to 30,000”. Which comparison of yours leaves an edge out?',
      },
      otherwise:
        'Three good parcels are to be registered. What is in the register afterwards, and what does the client hear?',
    },
    async (context) => {
      const { server } = await start(context);
      let weight = 0;
      let code: status = status.OK;
      context.diagnose({ 'L1-07': () => weight !== 1200 && code === status.INVALID_ARGUMENT });
      for (weight of [1200, 1, 30_000]) {
        const id = `p${weight}`;
        ({ code } = await server.unary('register', { parcel: { ...parcelOf(id), weightGrams: weight } }));
        expect(nameOf(code), `status for a parcel of ${weight} g`).toBe(nameOf(status.OK));
        expect(context.controls.store.entries.get(id), 'what the register holds').toBe(String(weight));
      }
    },
  );

  check(
    'names every field that is wrong, for programs to read',
    {
      hints: {
        'L1-07':
          'The status does not say that the request is wrong. Ask who has to change something before the call can succeed: the caller, or the server?',
        'W2-02':
          'Something is wrong with several fields, and your answer names one of them. Whoever fills in a form corrects that one, sends it again, and learns of the next. Who decides how often?',
        'W2-03':
          'The status has the right code and no details that a program can read. A text is for people, and it changes. What does a form need to put a message beside the right field?',
      },
      otherwise:
        'Parcels with several faults each. Your BadRequest names fields by their paths: whose names are in them, those of the contract or those of TypeScript? And was anything kept?',
    },
    async (context) => {
      const { server } = await start(context);
      let code: status = status.OK;
      let named: string[] = [];
      let expected: string[] = [];
      context.diagnose({
        'L1-07': () => code !== status.INVALID_ARGUMENT && code !== status.UNIMPLEMENTED,
        'W2-03': () => code === status.INVALID_ARGUMENT && named.length === 0,
        'W2-02': () => code === status.INVALID_ARGUMENT && named.length < expected.length,
      });
      for (const { parcel, fields } of bad) {
        const outcome = await server.unary('register', { parcel });
        ({ code } = outcome);
        expected = fields;
        named = violationsOf(outcome);
        expect(nameOf(code), 'status for a bad parcel').toBe(nameOf(status.INVALID_ARGUMENT));
        expect(named.toSorted(), 'fields that the BadRequest names').toEqual(fields.toSorted());
      }
      expect(context.controls.store.puts, 'how often the register was asked').toBe(0);
    },
  );

  check(
    'says what the register says, in words of its own',
    {
      hints: {
        'L1-04':
          'The words of the register have reached the client. They are about your house, and the client is a stranger. What may it know?',
        'L1-07':
          'Not every failure of the register is the same to the caller. A taken id never becomes free by waiting, a busy register does. Which codes say so?',
      },
      otherwise:
        'The id is taken; the register is busy; the register is broken. What can the caller do about each?',
    },
    async (context) => {
      const { server } = await start(context);
      const { store } = context.controls;
      let code: status = status.OK;
      let wanted: status = status.OK;
      let told = '';
      context.diagnose({
        'L1-04': () => told.includes(SECRET),
        'L1-07': () => code !== wanted && code !== status.UNIMPLEMENTED,
      });
      const expectRefusal = async (id: string, expected: status, what: string) => {
        wanted = expected;
        const outcome = await server.unary('register', { parcel: parcelOf(id) });
        ({ code } = outcome);
        told = textOf(outcome);
        expect(nameOf(code), `status when ${what}`).toBe(nameOf(expected));
        expect(told, `what the client is told when ${what}`).not.toContain(SECRET);
      };
      store.entries.set('taken', '1');
      await expectRefusal('taken', status.ALREADY_EXISTS, 'the id is taken');
      store.failNext('EBUSY', `${SECRET} is locked`);
      await expectRefusal('new', status.UNAVAILABLE, 'the register is busy');
      store.failNext('EIO', `${SECRET}: disk failed`);
      await expectRefusal('new', status.INTERNAL, 'the register is broken');
      store.failNext('EACCES', `${SECRET}: no such role`);
      await expectRefusal('new', status.INTERNAL, 'the register does not let us in');
    },
  );

  check(
    'answers each parcel of a stream in its turn, the bad ones too',
    {
      hints: {
        'L3-07':
          'One parcel was bad, and the whole stream ended, or nobody was told. The status belongs to the call, and the call has more parcels than this one. Where can you say what is wrong with one of them?',
        'L4-02':
          'The client sends its next parcel when it has heard of the one before, and hears nothing. When does your first answer leave?',
        'W2-02':
          'The refusal in the stream names fewer fields than the status of `Register` would. Who looks at a parcel in each of the two?',
      },
      otherwise:
        'A good parcel, a bad one, one whose id is taken, and a good one, each sent after the answer to the one before. What should the client read for each?',
    },
    async (context) => {
      const { server, open } = await start(context);
      const { peer, send, halfClose } = open();
      const [, several] = bad;
      const sent = [parcelOf('a'), several?.parcel, parcelOf('a'), parcelOf('b'), parcelOf('c')];
      let code: status | undefined;
      context.diagnose({
        'L3-07': () =>
          code !== undefined && code !== status.UNIMPLEMENTED && peer.received.length < sent.length,
        'L4-02': ({ symptom }) => symptom !== undefined && peer.received.length === 0,
        'W2-02': () => {
          const fields = peer.received[1]?.refusal?.fieldViolations ?? [];
          return fields.length > 0 && fields.length < (several?.fields.length ?? 0);
        },
      });
      void peer.outcome.then((outcome) => {
        code = outcome.code;
      });
      for (const [index, parcel] of sent.entries()) {
        send(parcel);
        await peer.message(index + 1);
      }
      halfClose();
      const outcome = await peer.outcome;
      expect(nameOf(outcome.code), 'status of the stream').toBe(nameOf(status.OK));
      expect(peer.received.map(describe), 'results').toEqual([
        '1 kept',
        `2 refused with ${nameOf(status.INVALID_ARGUMENT)}`,
        `3 refused with ${nameOf(status.ALREADY_EXISTS)}`,
        '4 kept',
        '5 kept',
      ]);
      const fields = peer.received[1]?.refusal?.fieldViolations.map(({ field }) => field).toSorted();
      expect(fields, 'fields that the refusal names').toEqual(several?.fields.toSorted());
      expect([...context.controls.store.entries.keys()], 'parcels in the register').toEqual(['a', 'b', 'c']);
      void server;
    },
  );

  check(
    'ends the stream when the register fails, and asks it no more',
    {
      hints: {
        'W2-04':
          'The register is broken, and the client reads that one parcel was refused. The next parcel will fare no better, and neither will the client, which believes that it only has to correct this one. What has failed here: the parcel, or the call?',
        'L2-08':
          'The register has failed, and the stream ended with OK. How shall the client know that its other parcels were not registered?',
        'L2-12':
          'The register was asked again after it had failed. The call has its status; whose parcels are these?',
        'L1-04':
          'The words of the register have reached the client. They are about your house, and the client is a stranger. What may it know?',
      },
      otherwise:
        'The register fails at the third of five parcels. What does the client read, how does the call end, and what is kept?',
    },
    async (context) => {
      const { server, open } = await start(context);
      const { store } = context.controls;
      for (const [failure, expected] of [
        ['EIO', status.INTERNAL],
        ['EBUSY', status.UNAVAILABLE],
      ] as const) {
        const { peer, send, halfClose } = open();
        let outcome: { code: status; details: string } | undefined;
        const before = store.puts;
        context.diagnose({
          'L1-04': () =>
            outcome?.details.includes(SECRET) === true || JSON.stringify(peer.received).includes(SECRET),
          'W2-04': () =>
            peer.received.some(({ refusal }) => refusal && refusal.code !== status.ALREADY_EXISTS),
          'L2-08': () => outcome?.code === status.OK,
          'L2-12': () => store.puts - before > 3,
        });
        for (const position of [1, 2]) {
          send(parcelOf(`${failure}-${position}`));
          await peer.message(position);
        }
        store.failNext(failure, `${SECRET} failed`);
        for (const position of [3, 4, 5]) send(parcelOf(`${failure}-${position}`));
        halfClose();
        outcome = await peer.outcome;
        expect(nameOf(outcome.code), `status when the register fails with ${failure}`).toBe(nameOf(expected));
        expect(outcome.details, 'what the client is told of it').not.toContain(SECRET);
        expect(peer.received.map(describe), 'results before it').toEqual(['1 kept', '2 kept']);
        await server.barrier(5);
        expect(store.puts - before, 'how often the register was asked').toBe(3);
      }
    },
  );
}

function describe({ position, refusal }: RegisterAllResponse): string {
  return `${position} ${refusal ? `refused with ${nameOf(refusal.code)}` : 'kept'}`;
}

function violationsOf(outcome: Parameters<typeof findDetails>[0]): string[] {
  if (outcome.code === status.OK) return [];
  return findDetails(outcome, BadRequestSchema).flatMap(({ fieldViolations }) =>
    fieldViolations.map(({ field }) => field),
  );
}

import { check } from '@streamlings/grading';
import { expect } from 'vitest';
import { openContract } from './contract-module.ts';

/** Each check runs a program. */
const limitMs = 10_000;

/** Declares the checks of `ferry.proto`. */
export function contractChecks(): void {
  check(
    'compiles with buf',
    {
      limitMs,
      guard: true,
      hints: {},
      otherwise:
        'buf could not read your contract, which is this one file and what it imports from `google/protobuf`. Which line does it name, and what did it expect there?',
    },
    async (context) => {
      const { build } = await openContract(context);
      expect(await build(), 'what `buf build` says').toEqual([]);
    },
  );

  check(
    'offers GetDeparture, and ListDepartures as a stream',
    {
      limitMs,
      hints: {
        'W1-04':
          'A list in one message is complete before the first byte leaves, and has to fit into one message. Which word in front of a response says that there will be many?',
        'W1-01':
          'Clients ask for `/streamlings.ferry.v1.FerryService/GetDeparture`, letter by letter. Which names in your file is that path made of?',
      },
      otherwise:
        'What does the step say that can be asked? Which message does each method take, which does it give back, and which of the answers comes in parts?',
    },
    async (context) => {
      const { compare } = await openContract(context);
      const problems = await compare(
        'PACKAGE_NO_DELETE',
        'PACKAGE_SERVICE_NO_DELETE',
        'RPC_NO_DELETE',
        'RPC_SAME_REQUEST_TYPE',
        'RPC_SAME_RESPONSE_TYPE',
        'RPC_SAME_CLIENT_STREAMING',
        'RPC_SAME_SERVER_STREAMING',
      );
      context.diagnose({
        'W1-04': () => problems.some((problem) => /streaming/.test(problem)),
        'W1-01': () => problems.some((problem) => /deleted/.test(problem)),
      });
      expect(problems, 'what a client of the agreed contract misses').toEqual([]);
    },
  );

  check(
    'gives every field the number, the name and the type that were agreed',
    {
      limitMs,
      hints: {
        'W1-05':
          'Binary fractions cannot tell 0.1 exactly, and a sum of fares shows it. In which unit is money always a whole number?',
        'L1-12':
          'A number does not say whether it counts seconds or milliseconds, or from when on. Which message of `google/protobuf` does?',
        'W1-01':
          'What travels is the number of a field, not its name; JSON has the names. Which of the two differs from what was agreed?',
      },
      otherwise:
        'Compare your messages with the table in the step, a row at a time: the number, the name, and whether the type can hold what the row says. Which row is different?',
    },
    async (context) => {
      const { compare } = await openContract(context);
      const problems = await compare(
        'PACKAGE_MESSAGE_NO_DELETE',
        'FIELD_NO_DELETE',
        'FIELD_SAME_NAME',
        'FIELD_WIRE_JSON_COMPATIBLE_TYPE',
        'FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY',
      );
      context.diagnose({
        'W1-05': () => problems.some((problem) => /"fare_cents".* to "(double|float)"/.test(problem)),
        'L1-12': () => problems.some((problem) => /"departs_at".* to "\w*(int|fixed)\d\d"/.test(problem)),
        'W1-01': () => problems.some((problem) => /deleted|changed name/.test(problem)),
      });
      expect(problems, 'what a client of the agreed contract misses').toEqual([]);
    },
  );

  check(
    'keeps the zero of the states for what nobody has said',
    {
      limitMs,
      hints: {
        'W1-02':
          'A field that nobody sets reads as the value with the number 0. What would a traveller believe about a ferry of which nothing is known?',
      },
      otherwise: 'Which states are there, and which number has each of them?',
    },
    async (context) => {
      const { compare } = await openContract(context);
      const problems = await compare('ENUM_NO_DELETE', 'ENUM_VALUE_NO_DELETE', 'ENUM_VALUE_SAME_NAME');
      context.diagnose({ 'W1-02': () => problems.some((problem) => /"0"|UNSPECIFIED/.test(problem)) });
      expect(problems, 'what a client of the agreed contract misses').toEqual([]);
    },
  );

  check(
    'satisfies buf lint with the rules STANDARD and COMMENTS',
    {
      limitMs,
      hints: {
        'W1-08':
          'The comments of a contract are its documentation: they come along into the generated code of every language. What would a colleague have to ask you about the element that buf names?',
      },
      otherwise: 'Each line names a place and a rule. What would go wrong if nobody kept to it?',
    },
    async (context) => {
      const { lint } = await openContract(context);
      const problems = await lint();
      context.diagnose({ 'W1-08': () => problems.some((problem) => /comment/.test(problem)) });
      expect(problems, 'what `buf lint` says').toEqual([]);
    },
  );
}

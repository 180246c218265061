import type { JsonObject } from '@bufbuild/protobuf';

/** A call of `StreamingService` and what must come of it. */
export interface Fixture {
  name: string;
  /** The method's name in the contract, for example `UnaryCall`. */
  method: string;
  /** The messages that the client sends before it half-closes, as ProtoJSON. */
  requests: JsonObject[];
  /** All messages that the server sends, in order, as ProtoJSON. A field that is not named may have any value. */
  responses: JsonObject[];
  /** The name of the status, for example `OK`. */
  status: string;
}

/** A fixture that no right server fits. */
export interface WrongFixture extends Fixture {
  /** What it says that is not so. */
  breaks: string;
  hint: string;
}

const ada = (content: string) => ({ content, sender: 'ada' });
const news = (...indexes: number[]) =>
  indexes.map((index) => ({ content: `Message ${index} for topic news`, sender: 'server' }));
const echo = (content: string) => ({ content: `Echo: ${content}`, sender: 'server' });

const unary = { method: 'UnaryCall', requests: [ada('hi')], responses: [echo('hi')], status: 'OK' };
const stream = {
  method: 'ServerStreaming',
  requests: [{ topic: 'news', max_messages: 3 }],
  responses: news(1, 2, 3),
  status: 'OK',
};
const twice = {
  method: 'BidirectionalStreaming',
  requests: [ada('hi'), ada('hi')],
  responses: [echo('hi')],
  status: 'ALREADY_EXISTS',
};

/** What every right server does. */
export const rightFixtures: Fixture[] = [
  { ...unary, name: 'one echo' },
  {
    ...unary,
    name: 'a message without sender',
    requests: [{ content: 'hi' }],
    responses: [],
    status: 'INVALID_ARGUMENT',
  },
  { ...stream, name: 'three messages' },
  {
    ...stream,
    name: 'ten messages',
    requests: [{ topic: 'news' }],
    responses: news(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
  },
  {
    ...stream,
    name: 'a negative limit',
    requests: [{ topic: 'news', maxMessages: -1 }],
    responses: [],
    status: 'INVALID_ARGUMENT',
  },
  {
    name: 'an upload',
    method: 'ClientStreaming',
    requests: [ada('a'), ada('bc')],
    responses: [{ messages_processed: 2, status: 'Processed 2 messages, total length: 3' }],
    status: 'OK',
  },
  {
    name: 'an empty upload',
    method: 'ClientStreaming',
    requests: [],
    responses: [{ messagesProcessed: 0 }],
    status: 'OK',
  },
  {
    ...twice,
    name: 'a conversation',
    requests: [ada('a'), ada('b')],
    responses: [echo('a'), echo('b')],
    status: 'OK',
  },
  { ...twice, name: 'a conversation that breaks off' },
];

/** What no right server does, and what no contract says. */
export const wrongFixtures: WrongFixture[] = [
  {
    ...unary,
    name: 'other words',
    responses: [echo('ho')],
    breaks: 'other words than come',
    hint: 'What does your runner compare with the message that came?',
  },
  {
    ...stream,
    name: 'one too few',
    responses: news(1, 2),
    breaks: 'two messages of three',
    hint: 'Every message that you expect has come. Is that all that has come?',
  },
  {
    ...stream,
    name: 'one too many',
    responses: news(1, 2, 3, 4),
    breaks: 'a fourth message of three',
    hint: 'Every message that came was expected. Have all come that were?',
  },
  {
    ...stream,
    name: 'out of order',
    responses: news(2, 1, 3),
    breaks: 'the right messages in another order',
    hint: 'A stream is a list. Do you look at the positions?',
  },
  {
    ...unary,
    name: 'another sender',
    responses: [{ ...echo('hi'), sender: 'client' }],
    breaks: 'another sender than comes',
    hint: 'The content of the message is right. What else does it have?',
  },
  {
    ...unary,
    name: 'undeserved OK',
    requests: [ada('')],
    responses: [],
    breaks: 'OK for a bad request',
    hint: 'No message was expected, and none came. What else does a call end with?',
  },
  {
    ...unary,
    name: 'undeserved error',
    status: 'INTERNAL',
    breaks: 'an error for a call that goes well',
    hint: 'The messages are right. What else does a call end with?',
  },
  {
    ...twice,
    name: 'a lost message',
    responses: [],
    breaks: 'the status of a broken stream, and not the message before it',
    hint: 'A call that fails may have messages, too. Do you look at them?',
  },
  {
    ...twice,
    name: 'another status',
    status: 'INTERNAL',
    breaks: 'another error than comes',
    hint: 'An error was expected and one came. Which one?',
  },
  {
    ...unary,
    name: 'a status of its own',
    status: 'OKAY',
    breaks: 'a status that does not exist',
    hint: 'What is `status[name]` for a name that gRPC does not know, and what do you do with it?',
  },
  {
    ...unary,
    name: 'a field of its own',
    responses: [{ contents: 'Echo: hi' }],
    breaks: 'a field that a response does not have',
    hint: 'Somebody has misspelt a field. Who tells them: do you read the response of the fixture as the message that it should be?',
  },
  {
    ...unary,
    name: 'a misspelt request',
    requests: [{ contents: 'hi', sender: 'ada' }],
    responses: [],
    status: 'INVALID_ARGUMENT',
    breaks: 'a field that a request does not have',
    hint: 'The server got an empty message, and refused it. Is that what the fixture wanted to try?',
  },
  {
    name: 'nothing of one',
    method: 'ClientStreaming',
    requests: [ada('a')],
    responses: [{ messagesProcessed: 0 }],
    status: 'OK',
    breaks: 'a zero where a one comes',
    hint: 'In ProtoJSON a zero can be left out, and here it is not. Does your comparison still see it?',
  },
  {
    name: 'another total',
    method: 'ClientStreaming',
    requests: [ada('a'), ada('bc')],
    responses: [{ messagesProcessed: 2, status: 'Processed 2 messages, total length: 4' }],
    status: 'OK',
    breaks: 'another text in the answer to an upload',
    hint: 'An answer has more than one field. Which of them do you compare?',
  },
  {
    ...unary,
    name: 'no such method',
    method: 'UnitaryCall',
    responses: [],
    status: 'UNIMPLEMENTED',
    breaks: 'a method that the contract does not have',
    hint: 'Somebody has misspelt a method. Does a test tell them?',
  },
];

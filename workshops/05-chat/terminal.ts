import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { credentials, status } from '@grpc/grpc-js';
import { createClient } from '@streamlings/grpc';
import { type ChatMessage, ChatService, MessageType } from '@streamlings/proto/streamlings/chat/v1/chat';
import { lineOf } from './lines.ts';

const usage = 'Give one name, and perhaps `--room lobby` and `--to 127.0.0.1:50051`.';

const { name, room, address } = readArguments();
const client = createClient(ChatService, address, credentials.createInsecure(), {
  'grpc.enable_http_proxy': 0,
  // A server that has vanished without a word is noticed within half a minute.
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 10_000,
});
const call = client.chat();
const over = new AbortController();
const isTyped = process.stdin.isTTY && process.stdout.isTTY;
const terminal = createInterface({
  input: process.stdin,
  ...(isTyped ? { output: process.stdout, prompt: `${name}> ` } : {}),
});

call.on('data', (message: ChatMessage) => show(lineOf(message)));
call.on('error', () => {});
call.on('status', ({ code, details }) => {
  over.abort();
  terminal.close();
  client.close();
  show(farewell(code, details));
  process.exitCode = code === status.OK || code === status.CANCELLED ? 0 : 1;
});
// Ctrl-D half-closes. Ctrl-C goes without a word, and the server has to cope with that anyway.
terminal.on('SIGINT', () => call.cancel());
// Ctrl-Z stops the whole job: if pnpm ran on, the shell would wait for it, and nobody could say `fg`.
terminal.on('SIGTSTP', () => {
  process.stdin.setRawMode(false);
  process.once('SIGCONT', () => {
    process.stdin.setRawMode(true);
    terminal.prompt(true);
  });
  process.kill(0, 'SIGTSTP');
});

call.write({ type: MessageType.JOIN, room, user: name });
if (isTyped) terminal.prompt();
try {
  for await (const content of terminal) {
    if (isTyped && !over.signal.aborted) terminal.prompt();
    if (content === '') continue;
    const hasRoom = call.write({ type: MessageType.TEXT, content });
    if (!hasRoom) await once(call, 'drain', { signal: over.signal });
  }
  call.end();
} catch {
  // The call has ended while a line was waiting for room; its status says why.
}

/** Prints a line, above the one that is being typed. */
function show(line: string): void {
  if (isTyped) process.stdout.write('\r\u001b[K');
  console.log(line);
  if (isTyped && !over.signal.aborted) terminal.prompt(true);
}

function farewell(code: status, details: string): string {
  if (code === status.OK) return '* You have left.';
  if (code === status.CANCELLED) return '* You have gone without a word.';
  if (code === status.UNAVAILABLE) return `* Nobody answers at \`${address}\` any more, or ever did.`;
  return `* The call has ended: ${status[code]}${details ? `, ${details}` : ''}.`;
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      args: process.argv.slice(process.argv[2] === '--' ? 3 : 2),
      allowPositionals: true,
      options: {
        room: { type: 'string', default: 'lobby' },
        to: { type: 'string', default: '127.0.0.1:50051' },
      },
    });
    const [first, ...more] = positionals;
    if (!first || more.length > 0) throw new Error(`There are ${positionals.length} names.`);
    return { name: first, room: values.room, address: values.to };
  } catch (error) {
    console.error(`${(error as Error).message} ${usage}`);
    process.exit(2);
  }
}

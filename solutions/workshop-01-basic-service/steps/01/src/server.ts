import { Server } from '@grpc/grpc-js';
import type { Timetable } from './timetable.ts';

/** Creates the server of the harbour; whoever calls this binds it to an address. */
export function createServer(timetable: Timetable): Server {
  const server = new Server();
  // TODO: Add FerryService, as the code that buf has generated from your contract describes it.
  //       The timetable knows everything about sailings, and nothing about messages.
  // TODO: Let tools ask whether the server is healthy, and what it serves.
  return server;
}

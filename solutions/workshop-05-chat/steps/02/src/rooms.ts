import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Clock } from '@streamlings/grading';
import { type ChatMessageSchema, MessageType } from '@streamlings/proto/streamlings/chat/v1/chat';

/** A message on its way to a member. */
export type Outgoing = MessageInitShape<typeof ChatMessageSchema>;

/** Somebody in a room. */
export interface Member {
  /** Says something to all others in the room. */
  say(content: string): void;
  /** Leaves the room and tells those who stay. Is called once. */
  leave(): void;
}

/** All rooms of a server. */
export interface Rooms {
  /** Enters a room and tells everybody in it. What is said there goes to `send`, until the member leaves. */
  enter(room: string, user: string, send: (message: Outgoing) => void): Member;
  /** Counts the members of all rooms. */
  countMembers(): number;
}

/** Makes the rooms of a server; none exists yet. */
export function createRooms(clock: Clock): Rooms {
  // A seat is known by itself. A name is not enough for that: two people may have the same one.
  const rooms = new Map<string, Set<{ user: string; send: (message: Outgoing) => void }>>();
  return {
    enter: (room, user, send) => {
      const seats = rooms.get(room) ?? new Set();
      rooms.set(room, seats);
      const seat = { user, send };
      const tell = (type: MessageType, content: string) => {
        const members = type === MessageType.TEXT ? [] : [...seats].map((each) => each.user);
        const message = { room, user, type, content, sentAt: timestampFromMs(clock.now()), members };
        // No `await` in here: a slow member is the business of its own `send`.
        for (const each of seats) if (type !== MessageType.TEXT || each !== seat) each.send(message);
      };
      seats.add(seat);
      tell(MessageType.JOIN, `${user} joined the chat`);
      return {
        say: (content) => tell(MessageType.TEXT, content),
        leave: () => {
          seats.delete(seat);
          if (seats.size === 0) rooms.delete(room);
          tell(MessageType.LEAVE, `${user} left the chat`);
        },
      };
    },
    countMembers: () => [...rooms.values()].reduce((sum, { size }) => sum + size, 0),
  };
}

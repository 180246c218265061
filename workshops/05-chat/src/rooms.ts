import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Clock } from '@streamlings/grading';
import type { ChatMessageSchema } from '@streamlings/proto/streamlings/chat/v1/chat';

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
export function createRooms(_clock: Clock): Rooms {
  // TODO: Keep who is in which room. Two members may have the same name.
  return {
    enter: (_room, _user, _send) => {
      // TODO: Tell everybody in the room who has come and who is there, with the time of the clock.
      return {
        say: (_content) => {},
        // TODO: Tell those who stay who has left and who is still there.
        leave: () => {},
      };
    },
    countMembers: () => 0,
  };
}

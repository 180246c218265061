import type { Load, World } from '@streamlings/grading';
import type { Exercise } from './checks.ts';

/** Puts the files of `src` together to the handlers of one server. */
export async function compose(exercise: Load<Exercise>, world: World) {
  const [{ createRooms }, chat, { createOutbox }, { createGate }, sessions] = await Promise.all([
    exercise.rooms(),
    exercise.chat(),
    exercise.outbox(),
    exercise.gate(),
    exercise.sessions(),
  ]);
  const rooms = createRooms(world.clock);
  const handlers = {
    ...chat.handlers({ world, rooms, createOutbox, createGate }),
    ...sessions.handlers({ rooms, createOutbox }),
  };
  return { rooms, handlers };
}

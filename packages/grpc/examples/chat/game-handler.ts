import { status } from '@grpc/grpc-js';
import { decodeRequest, encodeResponse, type GrpcHandler, StatusError } from '../../src/index.ts';
import type { Clock } from '../clock.ts';
import { GameStateSchema, PlayerActionSchema } from '../gen/game/v1/game_pb.ts';

/** Creates the handler of `game.v1.GameService`: one game, in which a player lives as long as its call. */
export function createGameHandler({ clock }: { clock: Clock }): GrpcHandler {
  const players: Record<string, { x: number; y: number; shots: number }> = {};
  let tick = 0;

  return {
    async *handleBidiStream(requests) {
      const own = new Set<string>();
      try {
        for await (const request of requests) {
          const { playerId, action } = decodeRequest(PlayerActionSchema, request);
          if (playerId === '') throw new StatusError(status.INVALID_ARGUMENT, 'player_id is missing');
          if (!Object.hasOwn(players, playerId)) own.add(playerId);
          else if (!own.has(playerId))
            throw new StatusError(status.ALREADY_EXISTS, `${playerId} plays already`);
          const { x, y, shots } = players[playerId] ?? { x: 0, y: 0, shots: 0 };
          const [dx, dy] = action.case === 'move' ? [action.value.dx, action.value.dy] : [0, 0];
          players[playerId] = { x: x + dx, y: y + dy, shots: shots + (action.case === 'shoot' ? 1 : 0) };
          tick++;
          yield encodeResponse(GameStateSchema, { tick, players, timestampMs: BigInt(clock.now()) });
        }
      } finally {
        for (const playerId of own) delete players[playerId];
      }
    },
  };
}

import { EventEmitter, on, setMaxListeners } from 'node:events';
import { type Server, status } from '@grpc/grpc-js';
import {
  Health,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '../gen/grpc/health/v1/health_pb.ts';
import { type AsyncHandlers, createAsyncHandlers } from './async-handlers.ts';
import { createServiceDefinition } from './service-definition.ts';
import { StatusError } from './status-error.ts';

export { Health, ServingStatus };

/** The health of a server and of its services, as `grpc.health.v1.Health` tells it. */
export class HealthStatuses {
  readonly #statuses = new Map<string, ServingStatus>();
  readonly #changes = new EventEmitter();

  constructor() {
    setMaxListeners(Number.POSITIVE_INFINITY, this.#changes);
  }

  /** Sets the health of a service by its full name; the empty name stands for the whole server. */
  set(service: string, servingStatus: ServingStatus): void {
    this.#statuses.set(service, servingStatus);
    this.#changes.emit('change');
  }

  /** Returns the health of a service, undefined where nobody has set it. */
  get(service: string): ServingStatus | undefined {
    return this.#statuses.get(service);
  }

  /** Sets the health of everything to NOT_SERVING: the first step of a graceful shutdown. */
  shutDown(): void {
    for (const service of this.#statuses.keys()) this.#statuses.set(service, ServingStatus.NOT_SERVING);
    this.#changes.emit('change');
  }

  /** Returns the handlers of the health service. A slow watcher is told the latest status, not each one in between. */
  createHandlers(): AsyncHandlers<typeof Health> {
    const statuses = this.#statuses;
    const changes = this.#changes;
    return {
      check({ service }) {
        const servingStatus = statuses.get(service);
        if (servingStatus === undefined)
          throw new StatusError(status.NOT_FOUND, `unknown service: ${service}`);
        return { status: servingStatus };
      },
      list() {
        const entries = [...statuses].map(([service, servingStatus]) => [service, { status: servingStatus }]);
        return { statuses: Object.fromEntries(entries) };
      },
      async *watch({ service }, { signal }) {
        const changed = on(changes, 'change', { signal });
        let told: ServingStatus | undefined;
        do {
          const current = statuses.get(service) ?? ServingStatus.SERVICE_UNKNOWN;
          if (current !== told) yield { status: current };
          told = current;
        } while (!(await changed.next()).done);
      },
    };
  }
}

/** Adds the health service (v1, with `Watch` and `List`) to a server. The server as a whole starts as SERVING. */
export function addHealth(server: Server): HealthStatuses {
  const statuses = new HealthStatuses();
  statuses.set('', ServingStatus.SERVING);
  server.addService(createServiceDefinition(Health), createAsyncHandlers(Health, statuses.createHandlers()));
  return statuses;
}

import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import { HubService } from '@streamlings/proto/streamlings/hub/v1/hub';

/** The hub that serves this page. */
export const hub = createClient(HubService, createConnectTransport({ baseUrl: '/rpc' }));

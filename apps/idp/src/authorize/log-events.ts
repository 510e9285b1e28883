import type { Logger } from '@nestjs/common';
import type Provider from 'oidc-provider';

/** Writes down what an operator acts on. Nothing per request, no token. */
export function logEvents(provider: Provider, logger: Logger): void {
  provider.on('server_error', (_ctx, error) => {
    logger.error('request.failed', error.stack);
  });
  provider.on('backchannel.success', (_ctx, client, accountId) => {
    logger.log(`backchannel.told client=${client.clientId} sub=${accountId}`);
  });
  provider.on('backchannel.error', (_ctx, error, client) => {
    logger.warn(`backchannel.failed client=${client.clientId} reason=${error.message}`);
  });
  provider.on('end_session.success', ({ oidc: { session } }) => {
    if (session?.accountId === undefined) return; // nobody was signed in
    logger.log(`session.ended id=${session.uid} sub=${session.accountId} by=person`);
  });
}

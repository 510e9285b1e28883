import type { FastifyReply } from 'fastify';
import { leadTo } from '../page/answer.js';
import { ACCOUNT_PATH } from './account-client.js';
import type { Deed } from './notices.js';

/** Leads back to the account page, which says what was done. To load it again does nothing again. */
export async function done(reply: FastifyReply, deed: Deed): Promise<void> {
  await leadTo(reply, `${ACCOUNT_PATH}?done=${deed}`);
}

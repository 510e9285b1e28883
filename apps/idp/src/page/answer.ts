import type { FastifyReply } from 'fastify';
import { PAGE_HEADERS } from './page.js';

/** Answers with a page. */
export async function sendPage(reply: FastifyReply, status: number, text: string): Promise<void> {
  await reply.status(status).headers(PAGE_HEADERS).send(text);
}

/** Leads the browser on with a GET, whatever it came with. No cache keeps the way. */
export async function leadTo(reply: FastifyReply, address: string): Promise<void> {
  await reply.header('cache-control', 'no-store').redirect(address, 303);
}

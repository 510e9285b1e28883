import type { FastifyInstance } from 'fastify';

/** Takes requests that say they bring JSON and bring nothing, as many HTTP clients do with DELETE: there is nothing to parse. */
export function acceptEmptyBodies(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ raw: { headers } }, _reply, next) => {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = headers;
    if (length === '0' && encoding === undefined) delete headers['content-type'];
    next();
  });
}

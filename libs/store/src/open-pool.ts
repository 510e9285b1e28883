import type { Logger } from '@nestjs/common';
import pg from 'pg';
import { reasonOf } from '#session';
import { CONNECTIONS } from './connections.js';

/**
 * Opens connections without Prisma, made when they are needed. A lost one is a line `<name>.connection.lost` of the log, and the next is
 * made when needed; they keep no process alive.
 *
 * @param max connections at once
 */
export function openPool(url: string, name: string, logger: Logger, max: number = CONNECTIONS.max): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, ...CONNECTIONS, max, allowExitOnIdle: true });
  const noteLoss = (error: Error): void => {
    logger.warn(`${name}.connection.lost reason=${reasonOf(error)}`);
  };
  pool.on('error', noteLoss);
  pool.on('connect', (client) => client.on('error', noteLoss)); // one in use: without a listener the process would die of it
  return pool;
}

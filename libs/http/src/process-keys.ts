import { port } from '#config';
import { z } from 'zod';

/** The configuration keys that every process has. */
export const processKeys = {
  HOST: z.string().default('127.0.0.1').describe('address to listen on'),
  PORT: port.describe('port to listen on'),
  LOG_FORMAT: z.enum(['text', 'json']).default('text').describe('how log lines look: text or json'),
};

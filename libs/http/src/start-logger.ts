import { ConsoleLogger } from '@nestjs/common';

/** Makes the process's logger: one line an event, JSON where a machine reads it, text otherwise. */
export function startLogger(app: string, json: boolean): ConsoleLogger {
  return new ConsoleLogger({ prefix: app, json, colors: false, logLevels: ['log', 'warn', 'error', 'fatal'] });
}

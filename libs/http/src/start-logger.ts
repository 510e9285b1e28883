import { ConsoleLogger } from '@nestjs/common';

/** What Nest says about its own wiring: nobody operates on it. */
const WIRING = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
  'NestMicroservice',
]);

/** One line an event, and none about the framework's start. */
class EventLogger extends ConsoleLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    if (typeof context === 'string' && WIRING.has(context)) return;
    super.log(message, ...rest);
  }
}

/** Makes the process's logger: one line an event, JSON where a machine reads it, text otherwise. */
export function startLogger(app: string, json: boolean): ConsoleLogger {
  return new EventLogger({ prefix: app, json, colors: false, logLevels: ['log', 'warn', 'error', 'fatal'] });
}

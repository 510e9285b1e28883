import type { OnApplicationShutdown } from '@nestjs/common';
import type { JetStreamServer } from '#bus';

/** Lets the server deliver in an application that has no place for a second transport, and closes it at the end. */
export class BusListening implements OnApplicationShutdown {
  private isListening = false;

  constructor(private readonly server: JetStreamServer) {}

  /** Does not wait for NATS. */
  listen(pattern: string, handler: (message: unknown) => Promise<void>): void {
    this.isListening = true;
    this.server.addHandler(pattern, handler, true);
    this.server.listen(() => undefined);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.isListening) await this.server.close();
  }
}

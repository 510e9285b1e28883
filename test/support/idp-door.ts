import { createServer, request as ask, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A way to an IdP of its own, for one who asks: what passes is counted. */
export class IdpDoor {
  /** the paths that were asked for, the oldest first */
  readonly asked: string[] = [];

  private constructor(private readonly server: Server) {}

  static async before(port: number): Promise<IdpDoor> {
    const server = createServer();
    const door = new IdpDoor(server);
    server.on('request', (incoming, outgoing) => {
      const { method, url: path = '/', headers } = incoming;
      const behind = ask({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      behind.on('error', () => outgoing.destroy());
      door.asked.push(path);
      incoming.pipe(behind);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return door;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** How often this path was asked for. */
  count(path: string): number {
    return this.asked.filter((asked) => asked.startsWith(path)).length;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

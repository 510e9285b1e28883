import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** An address that stays, as a load balancer's does, while what is behind it changes, goes away or is not heard any more. */
export class TcpSwitch {
  /** what comes back from behind is lost from here on */
  losesAnswers = false;
  private target: number | undefined;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async start(target?: number): Promise<TcpSwitch> {
    const server = createServer();
    const tcpSwitch = new TcpSwitch(server);
    tcpSwitch.target = target;
    server.on('connection', (socket) => {
      tcpSwitch.join(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return tcpSwitch;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Sends all that comes from now on to `port`; connections to another one are cut. */
  to(port: number): void {
    this.cut();
    this.losesAnswers = false;
    this.target = port;
  }

  /** Nothing is behind it any more. */
  cut(): void {
    this.target = undefined;
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(front: Socket): void {
    if (this.target === undefined) {
      front.destroy();
      return;
    }
    const back = connect(this.target, '127.0.0.1');
    for (const [socket, other] of [
      [front, back],
      [back, front],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    front.on('data', (bytes) => back.write(bytes));
    back.on('data', (bytes) => {
      if (!this.losesAnswers) front.write(bytes);
    });
  }
}

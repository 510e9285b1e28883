import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const LISTENER = `require('node:net').createServer().listen(0, '127.0.0.1', 1, function () { console.log(this.address().port); });`;
/** so long a connection to this machine does not take that comes about at all */
const LONG_MS = 300;

/** A port whose queue is full and whose process is stopped: connections to it are neither taken nor refused. */
export class FullPort {
  private readonly sockets: Socket[] = [];

  private constructor(
    readonly port: number,
    private readonly listener: ChildProcess,
  ) {}

  static async open(): Promise<FullPort> {
    const listener = spawn(process.execPath, ['-e', LISTENER], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(listener.stdout, 'data')) as [Buffer];
    listener.kill('SIGSTOP');
    const full = new FullPort(Number(line.toString()), listener);
    while (await full.takesOne());
    return full;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.listener.kill('SIGKILL');
  }

  private async takesOne(): Promise<boolean> {
    const socket = connect(this.port, '127.0.0.1').on('error', () => undefined);
    this.sockets.push(socket);
    const long = new Promise<boolean>((resolve) => setTimeout(resolve, LONG_MS, false));
    return Promise.race([once(socket, 'connect').then(() => true), long]);
  }
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { randomToken, readAuthorizationResponse, type AuthorizationResponse } from '#oidc';
import { ExperimentFault } from './experiment-fault.js';
import { guidePage, POLICY, type ShownStep } from './guide-page.js';

/** A way on that the person is offered. */
export interface WayOn {
  readonly label: string;
  /** gives where the browser goes */
  readonly to: () => Promise<string> | string;
  /** the browser takes it without being asked */
  readonly byItself?: boolean;
  readonly newTab?: boolean;
}

/** What the person is told to do. */
export interface Stage {
  readonly title: string;
  readonly text: string;
  readonly ways?: readonly WayOn[];
}

const BUSY: Stage = { title: 'One moment', text: 'The answer is looked at.' };

/** The local page that leads a person through the experiment; the terminal is told the same. */
export class Guide {
  private readonly server = createServer((request, response) => void this.answer(request, response));
  private readonly expected = new Map<string, (answer: AuthorizationResponse) => void>();
  private readonly links = new Map<string, WayOn>();
  private readonly steps: ShownStep[];
  private stage = BUSY;
  private version = 0;
  private result: string | undefined;
  private whenSeen: (() => void) | undefined;

  private constructor(
    private readonly issuer: string,
    private readonly port: number,
    titles: readonly string[],
    private readonly say: (line: string) => void,
  ) {
    this.steps = titles.map((title) => ({ title, state: 'later', notes: [] }));
  }

  /** @throws ExperimentFault when the port is taken */
  static async open(options: {
    readonly issuer: string;
    readonly port: number;
    readonly steps: readonly string[];
    readonly say: (line: string) => void;
  }): Promise<Guide> {
    const guide = new Guide(options.issuer, options.port, options.steps, options.say);
    await new Promise<void>((resolve, reject) => {
      guide.server.once('error', reject).listen(options.port, '127.0.0.1', resolve);
    }).catch((cause: unknown) => {
      throw new ExperimentFault(`port ${options.port} can't be listened on; another one is named with --port`, {
        cause,
      });
    });
    return guide;
  }

  get origin(): string {
    return `http://localhost:${this.port}`;
  }

  /** Tells the person what to do now. */
  show(stage: Stage): void {
    this.stage = stage;
    this.links.clear();
    for (const way of stage.ways ?? []) this.links.set(randomToken(), way);
    this.version += 1;
    if (stage !== BUSY) this.say(`> ${stage.title}: ${stage.text}`);
  }

  /** Goes to step `index`; the ones before it are done. */
  begin(index: number): void {
    for (const [at, step] of this.steps.entries())
      this.steps[at] = { ...step, state: at < index ? 'done' : at === index ? 'now' : 'later' };
    this.version += 1;
    this.say(`\n${index + 1}. ${this.steps[index]?.title ?? ''}`);
  }

  /** Notes what was seen in the step that is under way. */
  note(...lines: readonly string[]): void {
    const at = this.steps.findIndex(({ state }) => state === 'now');
    const step = this.steps[at];
    if (step !== undefined) this.steps[at] = { ...step, notes: [...step.notes, ...lines] };
    this.version += 1;
    for (const line of lines) this.say(`   ${line}`);
  }

  /** Calls `then` with the answer to the authorization request that has this `state`, once. */
  expect(state: string, then: (answer: AuthorizationResponse) => void): void {
    this.expected.set(state, then);
  }

  /** Shows the result, and waits until a browser has seen it, but no longer than `waitMs`. */
  async finish(stage: Stage, result: string, waitMs: number): Promise<void> {
    for (const [at, step] of this.steps.entries()) this.steps[at] = { ...step, state: 'done' };
    this.result = result;
    this.show(stage);
    await new Promise<void>((resolve) => {
      this.whenSeen = resolve;
      setTimeout(resolve, waitMs).unref();
    });
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(request.url ?? '/', this.origin);
    const ours = [`localhost:${this.port}`, `127.0.0.1:${this.port}`].includes(request.headers.host ?? '');
    if (!ours || request.method !== 'GET') send(response, 403, 'not here');
    else if (pathname === '/') this.sendPage(response);
    else if (pathname === '/state') send(response, 200, JSON.stringify({ version: this.version }), 'application/json');
    else if (pathname === '/callback') this.takeAnswer(search.slice(1), response);
    else if (pathname.startsWith('/go/')) await this.goOn(pathname.slice('/go/'.length), response);
    else send(response, 404, 'not here');
  }

  private sendPage(response: ServerResponse): void {
    const links = [...this.links].map(([id, { label, byItself = false, newTab = false }]) => {
      return { label, byItself, newTab, href: `/go/${id}` };
    });
    const { issuer, version, stage, steps, result } = this;
    const { title, text } = stage;
    if (result !== undefined) response.once('finish', () => this.whenSeen?.());
    send(response, 200, guidePage({ issuer, version, title, text, links, steps, result }), 'text/html; charset=utf-8');
  }

  private takeAnswer(query: string, response: ServerResponse): void {
    const answer = readAuthorizationResponse(query);
    const then = answer.kind === 'malformed' ? undefined : this.expected.get(answer.state);
    if (answer.kind !== 'malformed' && then !== undefined) {
      this.expected.delete(answer.state);
      this.show(BUSY);
      then(answer);
    }
    redirect(response, this.origin);
  }

  private async goOn(id: string, response: ServerResponse): Promise<void> {
    try {
      redirect(response, (await this.links.get(id)?.to()) ?? this.origin);
    } catch (error) {
      this.note(`the browser can't be sent on: ${error instanceof Error ? error.message : 'unknown'}`);
      redirect(response, this.origin);
    }
  }
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }).end();
}

function send(response: ServerResponse, status: number, body: string, type = 'text/plain'): void {
  response
    .writeHead(status, {
      ...{ 'content-type': type, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
      ...{ 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff' },
    })
    .end(body);
}

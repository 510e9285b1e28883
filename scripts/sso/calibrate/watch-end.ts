import type { TokenSet } from '#session';
import { ask } from './ask.js';
import type { AfterTheEnd, EndFindings, Findings } from './findings.js';
import { type Lab, pause, secondsSince } from './lab.js';
import { untilSignedOut } from './sign-out.js';
import { eachWay, meaningOf, type Way, ways } from './ways.js';

/** A way has noticed when it says so twice in a row. */
const TIMES = 2;
/** A refresh may end what the other ways ask about: it waits for them so long, and is not sent every second. */
const REFRESH_AFTER_S = 5;
const REFRESH_EVERY_S = 5;
/** While the person is still busy signing out, an access token that runs out so soon is replaced. */
const FRESH_S = 20;

interface Watched {
  times: number;
  firstAt: Date | undefined;
  lastDetail: string;
  lastKind: string;
  onlyAfterRefusal: boolean;
}

const UNWATCHED: Watched = {
  times: 0,
  firstAt: undefined,
  lastDetail: 'it was not asked',
  lastKind: '',
  onlyAfterRefusal: false,
};

/** Has the person sign out, and asks in every way that was usable, every second, who notices. */
export class EndWatch {
  private readonly watched = new Map<Way, Watched>();
  private proof: string | undefined;
  private provedAt: Date | undefined;
  private refreshedAt: Date | undefined;

  constructor(
    private readonly lab: Lab,
    private tokens: TokenSet,
    private readonly sub: string,
    private readonly live: Findings['live'],
  ) {
    this.startAnew();
  }

  async run(): Promise<EndFindings> {
    const stillThere = () => {
      this.startAnew();
    };
    const signedOut = untilSignedOut(this.lab, this.tokens.idToken, stillThere).then((proof) => {
      this.noteProof(proof);
    });
    signedOut.catch(() => undefined);
    while (!this.isOver()) {
      await this.round();
      await pause(this.lab, 1);
    }
    await signedOut;
    return { proof: this.proof ?? '', ways: eachWay((way) => this.findingOf(way)) };
  }

  private startAnew(): void {
    for (const way of ways) if (this.live[way].kind === 'active') this.watched.set(way, { ...UNWATCHED });
  }

  private noteProof(proof: string): void {
    this.proof = proof;
    this.provedAt = this.lab.clock.now();
    this.lab.guide.note(`signed out: ${proof}`);
    this.lab.guide.show({
      title: 'Who notices?',
      text: `Every way to ask is tried for up to ${this.lab.options.watchS} seconds. Nothing is to be done.`,
    });
  }

  private isOver(): boolean {
    if (this.provedAt === undefined) return false;
    const settled = [...this.watched.values()].every(({ times }) => times >= TIMES);
    return settled || secondsSince(this.lab, this.provedAt) >= this.lab.options.watchS;
  }

  private async round(): Promise<void> {
    const proved = this.provedAt;
    for (const [way, state] of this.watched)
      if (state.times < TIMES && (way !== 'refresh' || this.isRefreshDue(proved))) await this.look(way, state);
  }

  private async look(way: Way, state: Watched): Promise<void> {
    const askedAt = this.lab.clock.now();
    if (way === 'refresh') this.refreshedAt = askedAt;
    const { reply, tokens } = await ask(this.lab, way, this.tokens, this.sub);
    this.tokens = tokens;
    state.lastDetail = reply.detail;
    state.lastKind = reply.kind;
    if (reply.kind === 'active') Object.assign(state, { times: 0, firstAt: undefined });
    if (reply.kind !== 'gone') return;
    state.times += 1;
    if (state.firstAt !== undefined) return;
    state.firstAt = askedAt;
    state.onlyAfterRefusal = way !== 'refresh' && this.watched.get('refresh')?.firstAt !== undefined;
    this.lab.guide.note(`${meaningOf(way).words} says ${reply.detail}`);
  }

  private isRefreshDue(provedAt: Date | undefined): boolean {
    const { lab, tokens, refreshedAt } = this;
    if (provedAt === undefined) {
      const left = tokens.accessExpiresAt === undefined ? Infinity : -secondsSince(lab, tokens.accessExpiresAt);
      return left < FRESH_S && (refreshedAt === undefined || secondsSince(lab, refreshedAt) >= REFRESH_EVERY_S);
    }
    const others = [...this.watched].filter(([way]) => way !== 'refresh');
    const settled = others.every(([, { times }]) => times >= TIMES);
    if (!settled && secondsSince(lab, provedAt) < REFRESH_AFTER_S) return false;
    const isConfirming = this.watched.get('refresh')?.lastKind === 'gone';
    const isFirst = refreshedAt === undefined || refreshedAt < provedAt;
    return isConfirming || isFirst || secondsSince(lab, refreshedAt) >= REFRESH_EVERY_S;
  }

  private findingOf(way: Way): AfterTheEnd {
    const state = this.watched.get(way);
    if (state === undefined || this.provedAt === undefined) return { kind: 'unknown', detail: 'it was not asked' };
    const { firstAt, times, lastDetail: detail, lastKind, onlyAfterRefusal } = state;
    if (firstAt !== undefined && times >= TIMES) {
      const afterS = Math.max(0, Math.round((firstAt.getTime() - this.provedAt.getTime()) / 100) / 10);
      return { kind: 'noticed', afterS, detail, onlyAfterRefusal };
    }
    return lastKind === 'active'
      ? { kind: 'still_active', forS: Math.round(secondsSince(this.lab, this.provedAt)), detail }
      : { kind: 'unknown', detail };
  }
}

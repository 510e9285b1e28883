import { IdpHttp } from '#idp-client';
import { readAnnounced } from './announced.js';
import { askLive } from './ask-live.js';
import type { Findings } from './findings.js';
import type { Lab } from './lab.js';
import { announcedLines, liveLines, signInLines } from './report.js';
import { slidingNotTried, tryIdling } from './try-idling.js';
import { type SignedIn, signIn } from './visits.js';
import { EndWatch } from './watch-end.js';

/** The steps, as the person sees them. */
export const steps = [
  'What the IdP announces',
  'You sign in',
  'Asking while you are signed in',
  'Does asking keep the session alive?',
  'You sign out, and every way is asked',
  'What was found',
] as const;

/** Runs the experiment from discovery to the end of the session. @throws ExperimentFault, IdpError, OidcError */
export async function experiment(lab: Lab): Promise<Findings> {
  const { options, guide } = lab;
  guide.begin(0);
  const { issuer, clientId, profile, endpoints } = options;
  const announced = readAnnounced(await discoveryOf(lab));
  guide.note(...announcedLines({ announced, endpoints }));
  guide.begin(1);
  const first = await signIn(lab, { title: 'Sign in', text: 'Sign in at the IdP as somebody of yours.' }, false);
  const signedIn = signInFindings(first);
  guide.note(...signInLines({ signIn: signedIn }));
  guide.begin(2);
  const { live, refresh, tokens } = await askLive(lab, first);
  guide.note(...liveLines({ live, refresh }));
  guide.begin(3);
  const { idleS } = options;
  const sliding = idleS === undefined ? slidingNotTried('not tried') : await tryIdling(lab, idleS, live);
  if (idleS === undefined) guide.note('not tried; with --idle-s it is');
  const again = { title: 'Sign in once more', text: 'The session may have idled out.' };
  const last = idleS === undefined ? { tokens, claims: first.claims } : await signIn(lab, again, true);
  guide.begin(4);
  const end = await new EndWatch(lab, last.tokens, last.claims.sub, live).run();
  return { ...{ issuer, clientId, profile, announced, endpoints }, signIn: signedIn, live, refresh, sliding, end };
}

async function discoveryOf({ client, options, clock }: Lab): Promise<unknown> {
  await client.metadata(); // says what is wrong with it
  const { issuer, unsafePlainHttp } = options;
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const http = new IdpHttp({ issuer, unsafePlainHttp, internalOrigin: undefined }, clock);
  const answer = await http.send(url, { headers: { accept: 'application/json' } });
  return answer.kind === 'answered' ? answer.body : undefined;
}

function signInFindings({ claims, algorithm, expiresInS, refreshExpiresInS, tokens }: SignedIn): Findings['signIn'] {
  return {
    idpSid: claims.idpSid !== undefined,
    authTime: claims.authTime !== undefined,
    refreshToken: tokens.refreshToken !== undefined,
    ...{ expiresInS, refreshExpiresInS, algorithm },
  };
}

import { page, type Piece, problem, query, redirect } from './answers.js';

const asked: readonly Piece[] = [
  query('max_age', 'seconds since the last authentication at most', { type: 'integer', minimum: 0 }),
  query('max_idp_age', 'silently: ask the IdP unless it confirmed the session within so many seconds', {
    type: 'integer',
    minimum: 1,
  }),
  query('acr_values', 'how the person must authenticate, separated by spaces'),
  query('login_hint', 'who is expected'),
  query('ui_locales', "languages of the IdP's pages, separated by spaces"),
];
const refused = {
  '400': problem('a parameter can not be used', 'bad-parameter'),
  '421': problem('no front end has this host and path', 'unknown-host'),
  '429': problem('too many sign-ins from this address', 'too-many-requests'),
  '502': problem('the IdP refuses the request, or says what can not be used', 'idp-refused', 'idp-unusable'),
  '503': problem('the IdP can not be reached', 'idp-unavailable', 'store-unavailable'),
};

/** Signing in, also silently. */
export const signInPaths: Readonly<Record<string, Piece>> = {
  '/bff/login': {
    get: {
      summary: 'Signs in at top level; with prompt=none silently',
      parameters: [
        query('returnUrl', 'where to go afterwards: a path of this origin; anything else becomes the front end'),
        query('prompt', 'none is the silent one; its outcome comes back as ?silent=login_required', {
          enum: ['none', 'login', 'consent', 'select_account', 'create'],
        }),
        ...asked,
      ],
      responses: {
        '200': page('a silent sign-in was tried within the cool-down: a page with links, no redirect'),
        '303': redirect('to the IdP'),
        ...refused,
      },
    },
  },
  '/bff/callback': {
    get: {
      summary: 'The one redirect URI of all flows',
      parameters: ['code', 'state', 'iss', 'error'].map((name) => query(name, 'as the IdP sends it')),
      responses: {
        '200': page('the outcome of a silent sign-in, posted to the embedding page; or on to the return URL'),
        '303': redirect('to the return URL; or to the IdP once more'),
        '400': page('an answer that is not believed, or cookies are blocked'),
        '401': page('the IdP did not sign the person in'),
        '403': page('the sign-in is not as fresh or as strong as was asked for'),
        '405': problem('only GET', 'method-not-allowed'),
        '502': page('the IdP does not take the gateway for its client'),
        '503': page('the IdP can not be reached'),
      },
    },
  },
  '/bff/silent-login': {
    get: {
      summary: 'Signs in silently in a hidden iframe, and posts the outcome to the embedding page',
      description:
        "Message: `{source:'bff-silent-login', v:1, isLoggedIn, error?, rid?, correlationId, retryAfterS?}`, to exactly the embedding origin.",
      parameters: [
        query('rid', 'comes back in the message', { type: 'string', pattern: '^[\\w-]{1,64}$' }),
        query('origin', "origin of the embedding page; default: the front end's own"),
        ...asked,
      ],
      responses: {
        '200': page('the outcome, posted to the embedding page'),
        '303': redirect('to the IdP'),
        ...refused,
        '403': problem('the origin may not embed the silent sign-in', 'origin-not-allowed'),
      },
    },
  },
};

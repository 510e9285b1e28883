import { csrf, empty, header, json, type Piece, problem, query, segment } from './answers.js';

const notSignedIn = problem(
  'nobody is signed in, or not any more, or the IdP has to be asked first',
  'not-signed-in',
  'session-ended',
  'idp-check-needed',
  'sign-in-needed',
);
const csrfMissing = problem('the header X-CSRF: 1 is missing', 'csrf-header-missing');
const maxIdpAge = header('X-Max-Idp-Age', 'the IdP must have confirmed the session within so many seconds', false, {
  type: 'integer',
  minimum: 0,
});

const forwarded: Piece = {
  summary: 'Asks a service, with an assertion of the session; any method, bodies stream both ways, WebSockets too',
  parameters: [segment('service', 'one of the services of the front end'), csrf, maxIdpAge],
  responses: {
    default: empty("the service's own answer, without its cookies"),
    '401': notSignedIn,
    '400': problem('the path, or X-Max-Idp-Age, is written in a way that is not taken', 'bad-path', 'bad-max-idp-age'),
    '403': problem('X-CSRF: 1 is missing; or a WebSocket of another site', 'csrf-header-missing', 'foreign-origin'),
    '404': problem(
      'no service of the front end has this name, or it does not offer the path',
      'unknown-service',
      'unknown-path',
    ),
    '429': problem('the session has 20 channels open', 'too-many-sockets'),
    '502': problem('the service does not answer', 'service-unavailable'),
    '503': problem('the IdP can not be asked for the access token that the service wants', 'idp-unavailable'),
    '504': problem('the service takes too long', 'service-timeout'),
  },
};

/** Who is signed in, and what they may ask for. */
export const sessionPaths: Readonly<Record<string, Piece>> = {
  '/bff/user': {
    get: {
      summary: 'Who is signed in',
      parameters: [
        csrf,
        maxIdpAge,
        query('slide', 'false: look without keeping the session awake', { enum: ['false', 'true'] }),
      ],
      responses: {
        '200': json('the claims', { $ref: '#/components/schemas/UserClaims' }),
        '400': problem('X-Max-Idp-Age is no whole number of seconds', 'bad-max-idp-age'),
        '401': notSignedIn,
        '403': csrfMissing,
        '503': problem('the database does not answer', 'store-unavailable'),
      },
    },
  },
  '/bff/events': {
    get: {
      summary: 'Server-sent events of the session: ready, session-ended, session-changed',
      parameters: [header('Last-Event-ID', 'as EventSource sends it')],
      responses: {
        '200': {
          description: 'the stream; it ends with session-ended and its reason',
          content: { 'text/event-stream': { schema: { type: 'string' } } },
        },
        '401': notSignedIn,
        '403': problem('a page of another site asks', 'cross-site'),
      },
    },
  },
  '/bff/verify': {
    get: {
      summary: 'Forward-auth for nginx, Caddy and Traefik',
      parameters: [
        query('service', 'a service of the front end: its assertion comes in Authorization'),
        query('maxIdpAge', 'the IdP must have confirmed the session within so many seconds', { type: 'integer' }),
        query('redirect', '1: navigations are sent to the sign-in', { const: '1' }),
        query('silent', '1: silently', { const: '1' }),
        query('slide', 'false: look without keeping the session awake', { enum: ['false', 'true'] }),
      ],
      responses: {
        '204': empty('signed in: Remote-User, Remote-Name, Remote-Email, X-Session-Id, Authorization'),
        '302': empty('to the sign-in'),
        '401': notSignedIn,
        '403': problem('a page of another site asks for a change', 'cross-site'),
        '404': problem(
          'the front end is not set up for it, or has no such service',
          'no-forward-auth',
          'unknown-service',
        ),
      },
    },
  },
  '/bff/api/{service}': { get: forwarded },
  '/bff/api/{service}/{path}': {
    get: {
      ...forwarded,
      parameters: [...(forwarded.parameters as Piece[]), segment('path', 'any path of the service')],
    },
  },
};

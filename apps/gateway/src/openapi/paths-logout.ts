import { csrf, empty, json, page, type Piece, problem, query, redirect, segment } from './answers.js';

const form = (name: string): Piece => ({
  required: true,
  content: {
    'application/x-www-form-urlencoded': {
      schema: { type: 'object', required: [name], properties: { [name]: { type: 'string' } } },
    },
  },
});

/** Signing out: by the person, and by the IdP. */
export const logoutPaths: Readonly<Record<string, Piece>> = {
  '/bff/logout': {
    get: {
      summary: 'Signs out here, then at the IdP',
      parameters: [
        query('sid', 'the `sid` of /bff/user: a page of another site can not know it'),
        query('returnUrl', 'where to go afterwards: a path of this origin'),
        query('everywhere', '1: every session of the person', { const: '1' }),
      ],
      responses: {
        '303': redirect("to the IdP's sign-out, or home"),
        '400': problem('sid is not that of the session', 'wrong-sid', 'bad-parameter'),
      },
    },
    post: {
      summary: 'The same for scripts: no redirect',
      parameters: [csrf],
      requestBody: {
        content: {
          'application/json': { schema: { type: 'object', properties: { everywhere: { type: 'boolean' } } } },
        },
      },
      responses: {
        '200': json('signed out here', { $ref: '#/components/schemas/LogoutStarted' }),
        '401': problem('nobody is signed in', 'not-signed-in', 'session-ended'),
        '403': problem('the header X-CSRF: 1 is missing', 'csrf-header-missing'),
      },
    },
  },
  '/bff/logout/{id}': {
    get: {
      summary: 'Which services have signed the person out',
      parameters: [
        segment('id', 'the id of the logout; who knows it may ask'),
        query('waitMs', 'wait for the rest, so many milliseconds at most', { type: 'integer', maximum: 5000 }),
      ],
      responses: {
        '200': json('what is known', { $ref: '#/components/schemas/LogoutProgress' }),
        '404': problem('there was no such logout', 'unknown-logout'),
      },
    },
  },
  '/bff/signed-out': {
    get: {
      summary: 'Where the IdP sends people back to after signing out there',
      parameters: [query('state', 'as the IdP sends it')],
      responses: { '200': page('signed out here, but the IdP could not be told'), '303': redirect('on') },
    },
  },
  '/bff/backchannel': {
    post: {
      summary: 'OpenID Connect Back-Channel Logout',
      requestBody: form('logout_token'),
      responses: {
        '200': empty('signed out, also when that had happened before'),
        '400': json('the token is not believed', { $ref: '#/components/schemas/OAuthError' }),
        '429': problem('too many refused tokens from this address', 'too-many-requests'),
      },
    },
  },
  '/bff/frontchannel': {
    get: {
      summary: 'OpenID Connect Front-Channel Logout, in an iframe of the IdP',
      parameters: [query('iss', 'as the IdP sends it'), query('sid', 'as the IdP sends it')],
      responses: { '200': empty('heard') },
    },
  },
};

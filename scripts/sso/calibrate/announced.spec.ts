import { describe, expect, it } from '@jest/globals';
import { readAnnounced } from './announced.js';

const nothing = {
  ...{ introspection: false, userinfo: false, revocation: false, endSession: false },
  ...{ backchannelLogout: false, backchannelLogoutSession: false, frontchannelLogout: false },
  ...{ par: 'no', issParameter: false },
};

describe('what a discovery document announces', () => {
  it.each([
    ['nothing', {}, {}],
    ['no document at all', undefined, {}],
    ['text in place of a switch', { backchannel_logout_supported: 'true' }, {}],
    ['an empty address', { introspection_endpoint: '' }, {}],
    ['introspection', { introspection_endpoint: 'https://idp/i' }, { introspection: true }],
    [
      'back-channel logout with sid',
      { backchannel_logout_supported: true, backchannel_logout_session_supported: true },
      { backchannelLogout: true, backchannelLogoutSession: true },
    ],
    ['front-channel logout', { frontchannel_logout_supported: true }, { frontchannelLogout: true }],
    ['pushed requests', { pushed_authorization_request_endpoint: 'https://idp/p' }, { par: 'offered' }],
    ['pushed requests only', { require_pushed_authorization_requests: true }, { par: 'required' }],
    ['iss in answers', { authorization_response_iss_parameter_supported: true }, { issParameter: true }],
  ])('%s', (_name, document, expected) => {
    expect(readAnnounced(document)).toEqual({ ...nothing, ...expected });
  });
});

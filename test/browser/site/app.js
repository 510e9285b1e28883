/* global addEventListener, auth0, location, oidc, parent, sessionStorage, sessionSync, window */

/** Makes a client of one of the SDKs for the settings that the test has put into this tab. */
const makers = {
  auth0: ({ issuer, clientId, options }) =>
    new auth0.Auth0Client({
      domain: issuer.replace(/\/$/, ''),
      clientId,
      authorizeTimeoutInSeconds: 20,
      ...options,
      authorizationParams: { redirect_uri: `${location.origin}/callback.html`, ...options.authorizationParams },
    }),
  oidc: ({ issuer, clientId, options }) =>
    new oidc.UserManager({
      authority: issuer,
      client_id: clientId,
      redirect_uri: `${location.origin}/callback.html`,
      post_logout_redirect_uri: `${location.origin}/loggedout.html`,
      scope: 'openid profile email',
      automaticSilentRenew: false,
      silentRequestTimeoutInSeconds: 20,
      ...options,
    }),
  direct: ({ issuer, clientId, options }) =>
    sessionSync.createDirectSession({ issuer, clientId, redirectUri: '/callback.html', ...options }),
};

if (parent !== window && location.pathname === '/callback.html') {
  // The frame of oidc-client-ts comes back here; auth0-spa-js has its answer by a message and never does.
  void new oidc.UserManager({ authority: '-', client_id: '-', redirect_uri: '-' }).signinSilentCallback();
} else {
  const settings = JSON.parse(sessionStorage.getItem('settings') ?? 'null');
  if (settings !== null) window.client = makers[settings.sdk](settings);
  window.messages = [];
  addEventListener('message', ({ origin, data }) => window.messages.push({ origin, data }));
}

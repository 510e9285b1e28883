/** The peer: express-openid-connect with its cookie session, as its README sets it up. */
import express from 'express';
import openid from 'express-openid-connect';

const { PORT, ISSUER } = process.env;
const app = express();
app.use(
  openid.auth({
    issuerBaseURL: ISSUER ?? '',
    baseURL: `http://localhost:${PORT ?? ''}`,
    clientID: 'gateway',
    clientSecret: 'secret-of-the-gateway',
    secret: 'a-secret-of-thirty-two-characters-at-least',
    authRequired: false,
    authorizationParams: { response_type: 'code', response_mode: 'query', scope: 'openid profile' },
  }),
);
app.get('/user', (request, response) => {
  if (request.oidc.isAuthenticated()) response.json(request.oidc.user);
  else response.sendStatus(401);
});
app.listen(Number(PORT), '127.0.0.1');

// A real OpenID provider for tests: who asks is signed in as the login hint says ("SUBJECT" or "SUBJECT mfa"), at once.
// Use: node provider.mjs MODULES PORT REDIRECT_URI; each start has a new signing key.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [modules, port, redirect] = process.argv.slice(2);
const require = createRequire(pathToFileURL(`${modules}/`));
const { Provider } = await import(pathToFileURL(require.resolve('oidc-provider')));
const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: 'hoso', client_secret: 'client-secret-of-the-tests', redirect_uris: [redirect], response_types: ['code'],
    grant_types: ['authorization_code'],
  }],
  jwks: { keys: [{ ...key, kid: randomUUID(), use: 'sig', alg: 'RS256' }] },
  cookies: { keys: [randomUUID()] },
  pkce: { required: () => true },
  claims: { openid: ['sub', 'amr'] },
  features: { devInteractions: { enabled: false } },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
});
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  const { prompt, params } = await provider.interactionDetails(ctx.req, ctx.res);
  const [subject, factor] = params.login_hint.split(' ');
  if (prompt.name === 'login') {
    const login = { accountId: subject, amr: factor ? ['pwd', factor] : ['pwd'] };
    return provider.interactionFinished(ctx.req, ctx.res, { login });
  }
  const grant = new provider.Grant({ accountId: subject, clientId: params.client_id });
  grant.addOIDCScope('openid');
  return provider.interactionFinished(ctx.req, ctx.res, { consent: { grantId: await grant.save() } }, {
    mergeWithLastSubmission: true,
  });
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));

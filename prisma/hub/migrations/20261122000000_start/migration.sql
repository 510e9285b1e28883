-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "SsoSession" (
    "id" UUID NOT NULL,
    "iss" TEXT NOT NULL,
    "clientId" TEXT NOT NULL,
    "idpSid" TEXT,
    "sub" TEXT NOT NULL,
    "idToken" TEXT NOT NULL,
    "accessToken" TEXT,
    "accessExpiresAt" TIMESTAMPTZ(3),
    "refreshToken" TEXT,
    "refreshExpiresAt" TIMESTAMPTZ(3),
    "tokenGeneration" INTEGER NOT NULL DEFAULT 1,
    "authTime" TIMESTAMPTZ(3),
    "idTokenIssuedAt" TIMESTAMPTZ(3) NOT NULL,
    "openedAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "idpCheckedAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),
    "endCause" TEXT,
    "probeDueAt" TIMESTAMPTZ(3) NOT NULL,
    "leaseId" UUID,
    "weakEndedAt" TIMESTAMPTZ(3),
    "unknownCount" INTEGER NOT NULL DEFAULT 0,
    "unknownReason" TEXT,

    CONSTRAINT "SsoSession_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BrowserSession" (
    "id" TEXT NOT NULL,
    "frontEnd" TEXT NOT NULL,
    "ssoSessionId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "BrowserSession_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LoginTransaction" (
    "id" TEXT NOT NULL,
    "browser" TEXT NOT NULL,
    "iss" TEXT NOT NULL,
    "clientId" TEXT NOT NULL,
    "frontEnd" TEXT NOT NULL,
    "redirectUri" TEXT NOT NULL,
    "flow" TEXT NOT NULL,
    "nonce" TEXT NOT NULL,
    "codeVerifier" TEXT NOT NULL,
    "returnUrl" TEXT NOT NULL,
    "rid" TEXT,
    "hintSub" TEXT,
    "hintSessionId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "LoginTransaction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SeenToken" (
    "iss" TEXT NOT NULL,
    "jti" TEXT NOT NULL,
    "tokenHash" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "SeenToken_pkey" PRIMARY KEY ("iss","jti")
);

-- CreateTable
CREATE TABLE "RevocationMark" (
    "iss" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "endedBefore" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "RevocationMark_pkey" PRIMARY KEY ("iss","scope","key")
);

-- CreateTable
CREATE TABLE "OutboxEvent" (
    "seq" BIGSERIAL NOT NULL,
    "id" TEXT NOT NULL,
    "sid" UUID NOT NULL,
    "subject" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "publishedAt" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "OutboxEvent_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "IssuerHealth" (
    "iss" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "calibratedAt" TIMESTAMPTZ(3),

    CONSTRAINT "IssuerHealth_pkey" PRIMARY KEY ("iss","method")
);

-- CreateIndex
CREATE INDEX "SsoSession_iss_sub_idx" ON "SsoSession"("iss", "sub");

-- CreateIndex
CREATE INDEX "SsoSession_expiresAt_idx" ON "SsoSession"("expiresAt");

-- CreateIndex
CREATE INDEX "SsoSession_iss_clientId_idpSid_idx" ON "SsoSession"("iss", "clientId", "idpSid");

-- CreateIndex
CREATE INDEX "BrowserSession_ssoSessionId_idx" ON "BrowserSession"("ssoSessionId");

-- CreateIndex
CREATE INDEX "BrowserSession_expiresAt_idx" ON "BrowserSession"("expiresAt");

-- CreateIndex
CREATE INDEX "LoginTransaction_browser_createdAt_idx" ON "LoginTransaction"("browser", "createdAt");

-- CreateIndex
CREATE INDEX "LoginTransaction_expiresAt_idx" ON "LoginTransaction"("expiresAt");

-- CreateIndex
CREATE INDEX "SeenToken_expiresAt_idx" ON "SeenToken"("expiresAt");

-- CreateIndex
CREATE INDEX "RevocationMark_expiresAt_idx" ON "RevocationMark"("expiresAt");

-- CreateIndex
CREATE INDEX "OutboxEvent_publishedAt_idx" ON "OutboxEvent"("publishedAt");

-- CreateIndex
CREATE UNIQUE INDEX "OutboxEvent_id_key" ON "OutboxEvent"("id");

-- AddForeignKey
ALTER TABLE "BrowserSession" ADD CONSTRAINT "BrowserSession_ssoSessionId_fkey" FOREIGN KEY ("ssoSessionId") REFERENCES "SsoSession"("id") ON DELETE CASCADE ON UPDATE CASCADE;



-- What follows is not in the Prisma schema: partial indexes and a trigger.

-- one live record for one IdP session, client and person, whatever number of browsers hang on it
CREATE UNIQUE INDEX "SsoSession_live_idp_session" ON "SsoSession" ("iss", "clientId", "idpSid", "sub") WHERE "endedAt" IS NULL AND "idpSid" IS NOT NULL;

-- the claim of due sessions reads this index only, whatever the size of the table
CREATE INDEX "SsoSession_due" ON "SsoSession" ("iss", "probeDueAt") WHERE "endedAt" IS NULL;

-- the relay reads this index only
CREATE INDEX "OutboxEvent_waiting" ON "OutboxEvent" ("seq") WHERE "publishedAt" IS NULL;

-- whoever writes an event wakes the relay at commit; nobody can forget to
CREATE FUNCTION notify_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('outbox', '');
  RETURN NULL;
END
$$;

CREATE TRIGGER outbox_written AFTER INSERT ON "OutboxEvent" FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox();

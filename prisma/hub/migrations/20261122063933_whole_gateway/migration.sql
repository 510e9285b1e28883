-- AlterTable
ALTER TABLE "LoginTransaction" ADD COLUMN     "acrValues" TEXT,
ADD COLUMN     "correlationId" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "embedder" TEXT,
ADD COLUMN     "maxAgeS" INTEGER,
ADD COLUMN     "prompt" TEXT;

-- AlterTable
ALTER TABLE "OutboxEvent" ADD COLUMN     "causeId" TEXT NOT NULL DEFAULT '';

-- AlterTable
ALTER TABLE "SsoSession" ADD COLUMN     "acr" TEXT,
ADD COLUMN     "refreshSince" TIMESTAMPTZ(3),
ADD COLUMN     "refreshState" TEXT,
ADD COLUMN     "tokensSince" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "SilentAttempt" (
    "id" TEXT NOT NULL,
    "attemptedAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "SilentAttempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LogoutTransaction" (
    "id" TEXT NOT NULL,
    "browser" TEXT NOT NULL,
    "frontEnd" TEXT NOT NULL,
    "returnUrl" TEXT NOT NULL,
    "logoutId" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "LogoutTransaction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Receipt" (
    "eventId" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "sessions" INTEGER NOT NULL,
    "appliedAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Receipt_pkey" PRIMARY KEY ("eventId","service")
);

-- CreateTable
CREATE TABLE "Hearer" (
    "iss" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Hearer_pkey" PRIMARY KEY ("iss","service")
);

-- CreateIndex
CREATE INDEX "Hearer_expiresAt_idx" ON "Hearer"("expiresAt");

-- CreateIndex
CREATE INDEX "SilentAttempt_expiresAt_idx" ON "SilentAttempt"("expiresAt");

-- CreateIndex
CREATE INDEX "LogoutTransaction_expiresAt_idx" ON "LogoutTransaction"("expiresAt");

-- CreateIndex
CREATE INDEX "Receipt_service_idx" ON "Receipt"("service");

-- CreateIndex
CREATE INDEX "Receipt_expiresAt_idx" ON "Receipt"("expiresAt");

-- CreateIndex
CREATE INDEX "OutboxEvent_causeId_idx" ON "OutboxEvent"("causeId");


-- What follows is not in the Prisma schema: triggers.

-- whoever changes what a session may do tells every gateway at commit; nobody can forget to
CREATE FUNCTION notify_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('session_changed', json_build_object('sid', NEW."id", 'ended', NEW."endCause")::text);
  RETURN NULL;
END
$$;

-- a probe that said active is no news: only the end, and other tokens
CREATE TRIGGER session_changed AFTER UPDATE OF "endedAt", "tokenGeneration" ON "SsoSession" FOR EACH ROW
  WHEN (OLD."endedAt" IS DISTINCT FROM NEW."endedAt" OR OLD."tokenGeneration" IS DISTINCT FROM NEW."tokenGeneration")
  EXECUTE FUNCTION notify_session();

CREATE FUNCTION notify_browser_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('session_changed', json_build_object('browser', NEW."id")::text);
  RETURN NULL;
END
$$;

CREATE TRIGGER browser_session_changed AFTER UPDATE OF "endedAt" ON "BrowserSession" FOR EACH ROW
  WHEN (OLD."endedAt" IS DISTINCT FROM NEW."endedAt")
  EXECUTE FUNCTION notify_browser_session();

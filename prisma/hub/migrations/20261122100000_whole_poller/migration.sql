-- What was said to one client proves nothing for another: it is learned anew, by the next "active".
DELETE FROM "IssuerHealth";

-- AlterTable
ALTER TABLE "IssuerHealth" DROP CONSTRAINT "IssuerHealth_pkey",
ADD COLUMN     "clientId" TEXT NOT NULL,
ADD COLUMN     "doubtedAt" TIMESTAMPTZ(3),
ADD COLUMN     "lastActiveAt" TIMESTAMPTZ(3),
ADD CONSTRAINT "IssuerHealth_pkey" PRIMARY KEY ("iss", "clientId", "method");

-- AlterTable
ALTER TABLE "OutboxEvent" ADD COLUMN     "lastError" TEXT,
ADD COLUMN     "retryAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "SsoSession" ADD COLUMN     "asleepSince" TIMESTAMPTZ(3),
ADD COLUMN     "heldAt" TIMESTAMPTZ(3),
ADD COLUMN     "heldEvidence" JSONB,
ADD COLUMN     "leaseEndsAt" TIMESTAMPTZ(3),
ADD COLUMN     "reauthReason" TEXT,
ADD COLUMN     "unknownSince" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "IssuerBrake" (
    "iss" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "reason" TEXT NOT NULL,
    "countFrom" TIMESTAMPTZ(3) NOT NULL,
    "changedBy" TEXT,
    "watchLeaseUntil" TIMESTAMPTZ(3),

    CONSTRAINT "IssuerBrake_pkey" PRIMARY KEY ("iss")
);

-- CreateTable
CREATE TABLE "ProbeCount" (
    "iss" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "minute" TIMESTAMPTZ(0) NOT NULL,
    "active" INTEGER NOT NULL DEFAULT 0,
    "ended" INTEGER NOT NULL DEFAULT 0,
    "unknown" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "ProbeCount_pkey" PRIMARY KEY ("iss","method","minute")
);

-- CreateTable
CREATE TABLE "Poller" (
    "id" UUID NOT NULL,
    "seenAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Poller_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SsfStream" (
    "transmitter" TEXT NOT NULL,
    "audience" TEXT NOT NULL,
    "streamId" TEXT,
    "pollEndpoint" TEXT,
    "status" TEXT NOT NULL DEFAULT 'enabled',
    "leaseUntil" TIMESTAMPTZ(3),
    "leaseId" UUID,
    "acks" JSONB NOT NULL DEFAULT '[]',
    "verifyState" TEXT,
    "verifyAskedAt" TIMESTAMPTZ(3),
    "verifyDueAt" TIMESTAMPTZ(3),
    "verifiedAt" TIMESTAMPTZ(3),
    "polledAt" TIMESTAMPTZ(3),
    "failures" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "SsfStream_pkey" PRIMARY KEY ("transmitter","audience")
);

-- CreateIndex
CREATE INDEX "ProbeCount_minute_idx" ON "ProbeCount"("minute");

-- DropIndex
DROP INDEX "SsoSession_expiresAt_idx";

-- DropIndex
DROP INDEX "SsoSession_iss_clientId_idpSid_idx";

-- What follows is not in the Prisma schema: room in the pages, partial indexes and triggers.

-- A claim changes no column that an index holds. Where its row's page has room, Postgres then writes the row there and no index
-- (a HOT update): pages are left a quarter empty for that.
ALTER TABLE "SsoSession" SET (fillfactor = 75);

-- each index that holds a live session costs every probe: of these two only what has ended is looked up, to be removed, and to tell
-- whose a logout was
CREATE INDEX "SsoSession_ended_until" ON "SsoSession" ("expiresAt") WHERE "endedAt" IS NOT NULL;
CREATE INDEX "SsoSession_ended_idp_session" ON "SsoSession" ("iss", "clientId", "idpSid") WHERE "endedAt" IS NOT NULL AND "idpSid" IS NOT NULL;

-- the claim of due sessions reads this index only, whatever the size of the table
DROP INDEX "SsoSession_due";
CREATE INDEX "SsoSession_due" ON "SsoSession" ("iss", "clientId", "probeDueAt") WHERE "endedAt" IS NULL;

-- what the brake holds, what nobody could find out, what has ended lately: few rows each
CREATE INDEX "SsoSession_held" ON "SsoSession" ("iss", "heldAt") WHERE "heldAt" IS NOT NULL AND "endedAt" IS NULL;
CREATE INDEX "SsoSession_unknown" ON "SsoSession" ("iss", "unknownSince") WHERE "unknownSince" IS NOT NULL AND "endedAt" IS NULL;
CREATE INDEX "SsoSession_endings" ON "SsoSession" ("iss", "endedAt") WHERE "endedAt" IS NOT NULL;

-- sessions that reach their absolute end are ended then: the next one is found at once, however many have ended
CREATE INDEX "SsoSession_living_until" ON "SsoSession" ("expiresAt") WHERE "endedAt" IS NULL;

-- the session that shows whether the IdP can be asked: the newest of its lane
CREATE INDEX "SsoSession_newest" ON "SsoSession" ("iss", "clientId", "openedAt" DESC) WHERE "endedAt" IS NULL;

-- the relay sends the events of one session in their order: it looks for an earlier one that waits
CREATE INDEX "OutboxEvent_waiting_of_session" ON "OutboxEvent" ("sid", "seq") WHERE "publishedAt" IS NULL;

-- events that were refused so often that somebody has to look: few, and counted all the time
CREATE INDEX "OutboxEvent_dead" ON "OutboxEvent" ("seq") WHERE "publishedAt" IS NULL AND "attempts" >= 10;

-- that a session sleeps, or needs a sign-in first, is news to every gateway too
DROP TRIGGER session_changed ON "SsoSession";
CREATE TRIGGER session_changed AFTER UPDATE OF "endedAt", "tokenGeneration", "asleepSince", "reauthReason" ON "SsoSession" FOR EACH ROW
  WHEN (OLD."endedAt" IS DISTINCT FROM NEW."endedAt" OR OLD."tokenGeneration" IS DISTINCT FROM NEW."tokenGeneration"
    OR OLD."asleepSince" IS DISTINCT FROM NEW."asleepSince" OR OLD."reauthReason" IS DISTINCT FROM NEW."reauthReason")
  EXECUTE FUNCTION notify_session();

-- whoever wakes a sleeping session waits for a poller: it hears of it at once, and so it does when one that is asked about is given
-- back (whoever gives back sets when it is due). A claim says nothing.
CREATE FUNCTION notify_probe_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('probe_due', NEW."iss");
  RETURN NULL;
END
$$;
CREATE TRIGGER probe_due AFTER UPDATE OF "probeDueAt" ON "SsoSession" FOR EACH ROW
  WHEN (OLD."asleepSince" IS NOT NULL AND NEW."endedAt" IS NULL
    AND GREATEST(NEW."probeDueAt", NEW."leaseEndsAt") < GREATEST(OLD."probeDueAt", OLD."leaseEndsAt"))
  EXECUTE FUNCTION notify_probe_due();

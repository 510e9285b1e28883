-- The tables of session-sync.prisma, for a service that writes its own migrations. Run it once, in the schema of the service.

CREATE TABLE "AppSession" (
    "iss" TEXT NOT NULL,
    "sid" TEXT NOT NULL,
    "sub" TEXT NOT NULL,
    "openedAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "revokedAt" TIMESTAMPTZ(3),
    "revokedBy" TEXT,
    "cause" TEXT,

    CONSTRAINT "AppSession_pkey" PRIMARY KEY ("iss","sid")
);

CREATE TABLE "RevocationMark" (
    "iss" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "endedBefore" TIMESTAMPTZ(3) NOT NULL,
    "cause" TEXT NOT NULL,
    "eventId" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "RevocationMark_pkey" PRIMARY KEY ("iss","scope","key")
);

CREATE TABLE "SyncPlace" (
    "id" TEXT NOT NULL,
    "stream" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "SyncPlace_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "AppSession_iss_sub_sid_idx" ON "AppSession"("iss", "sub", "sid");
CREATE INDEX "AppSession_expiresAt_idx" ON "AppSession"("expiresAt");
CREATE INDEX "RevocationMark_expiresAt_idx" ON "RevocationMark"("expiresAt");

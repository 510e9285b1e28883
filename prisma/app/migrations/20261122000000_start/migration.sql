-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
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

-- CreateTable
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

-- CreateTable
CREATE TABLE "Note" (
    "id" UUID NOT NULL,
    "sub" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Note_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "AppSession_iss_sub_idx" ON "AppSession"("iss", "sub");

-- CreateIndex
CREATE INDEX "AppSession_expiresAt_idx" ON "AppSession"("expiresAt");

-- CreateIndex
CREATE INDEX "RevocationMark_expiresAt_idx" ON "RevocationMark"("expiresAt");

-- CreateIndex
CREATE INDEX "Note_sub_createdAt_idx" ON "Note"("sub", "createdAt");



# One file for every app. Two images come out of it:
#
#   app     what runs; the command says which app: dist/apps/<name>/src/main.js
#   tools   the one-shots: makes the demo's secrets, migrates the databases (the Prisma CLI is a development dependency)

ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# No package's own script runs: nothing that is used here needs one.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

FROM packages AS build
COPY . .
RUN node scripts/build.mjs

# Prisma's client asks for its CLI as an optional peer, and that would bring half of the development tree along.
# Of its query compilers the one for Postgres is loaded; the others are three quarters of what would be left.
FROM packages AS production-packages
RUN npm prune --omit=dev --omit=peer --omit=optional --ignore-scripts --no-audit --no-fund --loglevel=error \
 && find node_modules -name '*.map' -delete \
 && find node_modules/@prisma/client/runtime -name 'query_compiler_*' \
      ! -name '*_fast_bg.postgresql.*' -delete

FROM build AS tools
ENV NODE_ENV=production
USER node
ENTRYPOINT ["node"]

FROM ${NODE_IMAGE} AS app
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
COPY --from=production-packages /app/node_modules node_modules
COPY --from=build /app/package.json ./
COPY --from=build /app/dist/libs dist/libs
COPY --from=build /app/dist/apps dist/apps
COPY --from=build /app/dist/web dist/web
USER node
ENTRYPOINT ["node"]
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

# One image for each service: docker build --target api (renderer, uploader).

FROM node:24-bookworm-slim AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/common/package.json packages/common/
COPY packages/embedded-postgres/package.json packages/embedded-postgres/
COPY packages/queue/package.json packages/queue/
COPY packages/rendering/package.json packages/rendering/
COPY packages/stores/package.json packages/stores/
COPY packages/testing/package.json packages/testing/
COPY services/api/package.json services/api/
COPY services/edge-purger/package.json services/edge-purger/
COPY services/cli/package.json services/cli/
COPY services/renderer/package.json services/renderer/
COPY services/standalone/package.json services/standalone/
COPY services/uploader/package.json services/uploader/

FROM manifests AS build
RUN npm ci --ignore-scripts
COPY tsconfig.base.json ./
COPY packages packages
COPY services services
RUN npx tsc -b services/api/tsconfig.src.json services/edge-purger/tsconfig.src.json services/renderer/tsconfig.src.json services/uploader/tsconfig.src.json services/cli/tsconfig.src.json

# The compiler is an optional peer dependency of a library, which uses only its types.
FROM manifests AS api-dependencies
RUN npm ci --ignore-scripts --omit=dev --workspace @iaas/api && rm -rf node_modules/typescript node_modules/@typescript

FROM manifests AS edge-purger-dependencies
RUN npm ci --ignore-scripts --omit=dev --workspace @iaas/edge-purger

FROM manifests AS renderer-dependencies
RUN npm ci --ignore-scripts --omit=dev --workspace @iaas/renderer

FROM manifests AS uploader-dependencies
RUN npm ci --ignore-scripts --omit=dev --workspace @iaas/uploader --workspace @iaas/cli

# Shared by all services: no root, only /tmp and mounts are writable, two malloc arenas.
FROM node:24-bookworm-slim AS runtime
WORKDIR /app
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 LISTEN_ADDRESS=0.0.0.0 ADMIN_ADDRESS=0.0.0.0 DATA_DIR=/tmp/iaas
RUN mkdir -p /data/originals && chown 10001:10001 /data/originals
# The user may execute but not read the program loader, so the kernel hides the environment and memory of the process from other
# processes of this user.
RUN chmod 0711 /lib/*/ld-linux-*.so.*
COPY config/default.json config/
COPY scripts/health.sh ./
COPY --from=build /app/packages/common/dist packages/common/dist
COPY --from=build /app/packages/rendering/dist packages/rendering/dist
USER 10001:10001
STOPSIGNAL SIGTERM

FROM runtime AS api
COPY --from=api-dependencies /app ./
COPY --from=build /app/packages/queue/dist packages/queue/dist
COPY --from=build /app/packages/stores/dist packages/stores/dist
COPY --from=build /app/services/api/dist services/api/dist
COPY assets/example.jpg assets/
ENV ORIGINALS_DIR=/data/originals
EXPOSE 1337 1338
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 CMD ["bash", "health.sh", "1337", "/readyz"]
# Turns off V8's memory reducer: when idle, it collects the heap, clears the feedback of hot functions and shrinks the young
# generation, after which redirects take a fifth longer. This costs some 20 MiB.
CMD ["node", "--enable-source-maps", "--no-memory-reducer", "--min-semi-space-size=16", "services/api/dist/main.js"]

# Removes files of nginx, so it is the user of nginx in its image.
FROM runtime AS edge-purger
COPY --from=edge-purger-dependencies /app ./
COPY --from=build /app/services/edge-purger/dist services/edge-purger/dist
ENV EDGE_PURGER_ADDRESS=0.0.0.0
USER 101:101
EXPOSE 8085
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 CMD ["bash", "health.sh", "8085", "/healthz"]
CMD ["node", "--enable-source-maps", "services/edge-purger/dist/main.js"]

FROM runtime AS renderer
COPY --from=renderer-dependencies /app ./
COPY --from=build /app/services/renderer/dist services/renderer/dist
EXPOSE 1337 1338
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 CMD ["bash", "health.sh", "1337", "/readyz"]
CMD ["node", "--enable-source-maps", "services/renderer/dist/main.js"]

FROM runtime AS uploader
COPY --from=uploader-dependencies /app ./
COPY --from=build /app/packages/queue/dist packages/queue/dist
COPY --from=build /app/packages/stores/dist packages/stores/dist
COPY --from=build /app/services/uploader/dist services/uploader/dist
COPY --from=build /app/services/cli/dist services/cli/dist
COPY --chmod=0755 scripts/iaas.sh /usr/local/bin/iaas
ENV ORIGINALS_DIR=/data/originals
EXPOSE 1338
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 CMD ["bash", "health.sh", "1338", "/healthz"]
CMD ["node", "--enable-source-maps", "services/uploader/dist/main.js"]

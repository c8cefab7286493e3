# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.base.json ./
COPY packages ./packages
COPY scripts ./scripts
# The bundler is a dependency of the root; linters and test tools are not, so they never come in.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm run bundle

FROM node:24-bookworm-slim
# The threads that hash passwords and read files; four are Node's default, however many cores there are.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 DATA_DIR=/data UV_THREADPOOL_SIZE=16
WORKDIR /app
COPY --from=build /src/bundle ./bundle
# What the bundle leaves outside because it has files of its own; not the embedded PostgreSQL, for a container talks to
# the PostgreSQL of another.
COPY --from=build /src/node_modules/@node-rs ./node_modules/@node-rs
COPY --from=build /src/node_modules/koffi ./node_modules/koffi
COPY --from=build /src/node_modules/@koromix ./node_modules/@koromix
COPY --from=build /src/node_modules/swagger-ui-dist ./node_modules/swagger-ui-dist
RUN mkdir /data /audio && chown node:node /data /audio
USER node
VOLUME ["/data", "/audio"]
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "bundle/audiohost.js", "healthcheck"]
ENTRYPOINT ["node", "bundle/audiohost.js"]
CMD ["serve"]

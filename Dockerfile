# One image for every role; compose.yaml picks the role.
FROM rust:1.95-bookworm AS build
WORKDIR /evently
COPY . .
RUN cargo build --release --locked -p evently

FROM debian:bookworm-slim
RUN useradd --system --create-home --home-dir /var/lib/evently evently
COPY --from=build /evently/target/release/evently /usr/local/bin/evently
USER evently
ENV EVENTLY_DATA_DIR=/var/lib/evently EVENTLY_LISTEN=0.0.0.0:8000 EVENTLY_JSON_LOGS=true
EXPOSE 8000
ENTRYPOINT ["evently"]

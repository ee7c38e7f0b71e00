# Built in two stages: the first makes wheels, the second has nothing that builds.
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY generators generators
COPY scenarios scenarios
COPY mockserver mockserver
RUN pip wheel --no-cache-dir --wheel-dir /wheels '.[redis]'

FROM python:3.13-slim
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels 'twilio-recordings-mock[redis]' \
    && useradd --system --no-create-home recmock \
    && install -d -o recmock /data
USER recmock
# Beyond loopback, /_mock asks for the bearer token that is printed at the start.
ENV RECMOCK_LISTEN=0.0.0.0:4010
# The local CA of unmodified programs: mount a volume to keep it.
ENV RECMOCK_DATA_DIR=/data
EXPOSE 4010
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s CMD ["recmock", "ready"]
ENTRYPOINT ["recmock"]
CMD ["serve"]

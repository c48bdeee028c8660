# The image of `compose.yaml`: vigie, its Prefect server, nothing else. Build it with `docker compose build`.
# Two stages of one base: what only the installation needs stays behind. No torch: requirements.lock has none.
FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.lock compose/image.lock /opt/vigie/
RUN /opt/venv/bin/pip install --no-deps --require-hashes -r /opt/vigie/requirements.lock -r /opt/vigie/image.lock
COPY . /opt/vigie
# Runs in place (docs/adr/0001): the editable install only gives the command and its version.
RUN /opt/venv/bin/pip install --no-deps --no-build-isolation --editable /opt/vigie \
 && /opt/venv/bin/python -m compileall -q /opt/vigie

FROM python:3.12-slim-bookworm
RUN useradd --uid 10001 --user-group --home-dir /var/lib/vigie --create-home --shell /usr/sbin/nologin vigie
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/vigie /opt/vigie
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DO_NOT_TRACK=1 \
    VIGIE_HOME=/var/lib/vigie VIGIE_CONFIG=/etc/vigie
WORKDIR /var/lib/vigie
USER 10001:10001
ENTRYPOINT ["/opt/vigie/compose/vigie.sh"]
CMD ["serve"]

# Two stages: the first installs what the locks name, the second holds Python, that, and the desk. Nothing to build with is left.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements-build.lock requirements-run.lock ./
RUN python -m venv /opt/build && /opt/build/bin/pip install --require-hashes -r requirements-build.lock
RUN python -m venv /opt/ato && /opt/ato/bin/pip install --require-hashes -r requirements-run.lock
COPY . .
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /opt/wheel . \
 && /opt/ato/bin/pip install --no-deps --no-index --find-links /opt/wheel ato-desk \
 && /opt/ato/bin/python -m compileall -q /opt/ato/lib \
 && /opt/ato/bin/pip uninstall --yes pip setuptools

FROM python:3.11-slim
RUN python -m pip uninstall --yes --root-user-action=ignore pip setuptools wheel \
 && useradd --create-home --uid 10001 ato && install -d -o ato -g ato /var/lib/ato
COPY --from=build /opt/ato /opt/ato
USER 10001
WORKDIR /var/lib/ato
ENV PATH=/opt/ato/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ATO_WEB__HOST=0.0.0.0 ATO_WEB__PORT=8080 ATO_DATABASE_URL=sqlite:////var/lib/ato/ato.sqlite3
VOLUME /var/lib/ato
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['ATO_WEB__PORT']}/healthz\", timeout=4)"]
ENTRYPOINT ["ato"]
CMD ["serve"]

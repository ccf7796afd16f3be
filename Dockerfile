# Two stages: the first installs what the lock names, the second holds Python, that, and the desk.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements.lock pyproject.toml ./
RUN python -m venv /opt/ato && /opt/ato/bin/pip install --require-hashes -r requirements.lock
COPY . .
RUN /opt/ato/bin/pip install --no-deps --no-build-isolation . \
 && /opt/ato/bin/pip uninstall --yes hypothesis import-linter mypy pre-commit pytest pytest-asyncio pytest-timeout \
      pytest-xdist respx ruff uv hatchling grimp virtualenv types-pyyaml types-requests librt execnet pip

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 ato && install -d -o ato -g ato /var/lib/ato
COPY --from=build /opt/ato /opt/ato
USER ato
WORKDIR /var/lib/ato
ENV PATH=/opt/ato/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ATO_WEB__HOST=0.0.0.0 ATO_WEB__PORT=8080 ATO_DATABASE_URL=sqlite+aiosqlite:////var/lib/ato/ato.sqlite3
VOLUME /var/lib/ato
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['ATO_WEB__PORT']}/healthz\", timeout=4)"]
ENTRYPOINT ["ato"]
CMD ["serve"]

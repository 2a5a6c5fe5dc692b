# The service with the worker inside; `python -m app.worker` as the command runs a worker alone.
# A worker serves no HTTP: start it with --no-healthcheck. Both end within `--stop-timeout 30`.
FROM python:3.13-slim AS build
ARG UV_VERSION=0.13.9
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir --root-user-action=ignore "uv==${UV_VERSION}"
WORKDIR /srv
COPY requirements.lock ./
RUN uv venv .venv \
  && uv pip sync --no-cache --require-hashes --python .venv/bin/python requirements.lock
COPY app ./app
RUN .venv/bin/python -m compileall -q app

FROM python:3.13-slim
ENV PATH=/srv/.venv/bin:$PATH PYTHONUNBUFFERED=1 PORT=8000
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin service
WORKDIR /srv
COPY --from=build /srv /srv
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD \
  ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=2)"]
CMD ["sh", "-c", "exec uvicorn app.main:create_app --factory --host 0.0.0.0 --port \"$PORT\" --no-access-log --ws-per-message-deflate false --ws-max-size 65536 --timeout-graceful-shutdown 20"]

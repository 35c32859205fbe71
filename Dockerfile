# One image for web, worker, beat and migrations; docker-compose.yml shows how each is started.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
# Front-end assets come through npm from a wheel, which needs this library.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libatomic1 \
    && rm -rf /var/lib/apt/lists/*
COPY requirements*.txt package.json package-lock.json ./
COPY scripts scripts
RUN python3 scripts/prepare.py start
COPY . .
RUN STATE_DIRECTORY=/tmp/build STATIC_ROOT=/app/staticfiles HASHED_STATIC=1 DEMO=1 \
    .venv/bin/python manage.py collectstatic --no-input --verbosity=0

FROM python:3.11-slim-bookworm
WORKDIR /app
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin service \
    && install -d -o service -g service /files /state
COPY --from=build /app /app
RUN rm -rf .tools
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    STATE_DIRECTORY=/state STATIC_ROOT=/app/staticfiles MEDIA_ROOT=/files
USER service
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["python", "scripts/healthy.py", "web"]
CMD ["gunicorn", "escalation.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--graceful-timeout", "20", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]

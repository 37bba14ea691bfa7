# One image for web, worker, beat and the one-off commands. Production keeps nothing in it: see compose.yaml.
FROM python:3.13-slim AS build
WORKDIR /app
ENV PYTHONDONTWRITEBYTECODE=1
COPY .python-version pyproject.toml requirements.lock requirements-dev.lock package.json package-lock.json ./
COPY portal/kit/stamps.py portal/kit/stamps.py
RUN python portal/kit/stamps.py packages run front
COPY . .
# words and static files need no database and no secret; what the settings make up for a demo is thrown away
RUN DATA_DIR=/app/data DEMO=0 .venv/bin/python manage.py words > /dev/null \
 && DATA_DIR=/app/data DEMO=0 .venv/bin/python manage.py collectstatic --noinput -v 0 \
 && rm -rf data/secret-key data/demo-password .tools .git

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /app portal
WORKDIR /app
COPY --from=build --chown=portal /app /app
USER portal
ENV PORTAL_ENV=production DEMO=0 DATA_DIR=/app/data PATH=/app/.venv/bin:$PATH
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import os, urllib.request as u; h = os.environ['ALLOWED_HOSTS'].split(',')[0].lstrip('.'); \
u.urlopen(u.Request('http://127.0.0.1:8000/health/live', headers={'Host': h}), timeout=4)"]
CMD ["granian", "--interface", "wsgi", "portal.wsgi:application", "--no-ws", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "8", "--backpressure", "128", "--respawn-failed-workers"]

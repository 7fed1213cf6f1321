# One image for every role: the command decides (api, listen, sweep, migrate, celery worker, sink).
FROM python:3.12-slim AS build
WORKDIR /app
COPY requirements/run.txt requirements/
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY service service
COPY workers workers
COPY mappings mappings
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home charge
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER charge
EXPOSE 8080 2575
CMD ["charge-capture", "serve"]

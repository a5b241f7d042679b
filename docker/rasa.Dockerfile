# Rasa, to train and to run. Build it from the repository's root: docker build --file docker/rasa.Dockerfile .
# Python 3.10 is the newest that Rasa 3.6 runs on. Pin the digest too where you build (see ivr.Dockerfile).
FROM python:3.10-slim-bookworm AS build
RUN python -m venv --without-pip /venv
COPY requirements/rasa.txt /
# --no-deps is needed here: the lock was made with an override that pip does not know (docs/decisions/0005).
# A few small packages come as source alone; pip builds them in this stage.
RUN pip --python /venv/bin/python install --no-cache-dir --no-deps --require-hashes --requirement /rasa.txt
WORKDIR /app
COPY config.yml endpoints-redis.yml ./
COPY responses responses
COPY nlu nlu
# models/ and build/ are empty: a new volume mounted there takes over their owner, who may write.
RUN chmod -R a+rX /app && python -m compileall -q nlu && install --directory --owner 10001 --group 10001 models build

FROM python:3.10-slim-bookworm
RUN useradd --uid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin rasa \
    && pip uninstall --yes --quiet --root-user-action ignore setuptools wheel pip
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
# config.yml names components by their module, nlu.components...: they are found from here.
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore
# Rasa reports crashes and use to third parties unless told not to; nothing is fetched from a model hub; caches go where one may write.
ENV RASA_TELEMETRY_ENABLED=false HF_HUB_OFFLINE=1 HOME=/tmp MPLCONFIGDIR=/tmp LOG_LEVEL=WARNING LOG_LEVEL_LIBRARIES=ERROR TF_CPP_MIN_LOG_LEVEL=3 \
    SQLALCHEMY_SILENCE_UBER_WARNING=1
USER 10001:10001
# Its API token would not guard every route, so this port is for a private network only.
EXPOSE 5005
CMD ["rasa", "run", "--enable-api", "--interface", "0.0.0.0", "--port", "5005", \
     "--model", "models/line.tar.gz", "--endpoints", "endpoints-redis.yml"]

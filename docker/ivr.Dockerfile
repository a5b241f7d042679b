# The phone line. Build it from the repository's root: docker build --file docker/ivr.Dockerfile .
# Tags are pinned to a version and a Debian; pin the digest too where you build (docker buildx imagetools inspect TAG shows it).
FROM python:3.12-slim-bookworm AS build
# The environment gets no pip of its own: the base image's installs into it, and stays behind in this stage.
RUN python -m venv --without-pip /venv
COPY requirements/ivr.txt /
# The lock is complete, so nothing is resolved anew and every file is checked against its hash.
RUN pip --python /venv/bin/python install --no-cache-dir --no-deps --require-hashes --requirement /ivr.txt
WORKDIR /app
COPY config.yml ./
COPY responses responses
COPY nlu/*.yml nlu/
COPY ivr ivr
# A checkout made under a strict umask would be unreadable to the line's user.
RUN chmod -R a+rX /app && python -m compileall -q ivr

FROM python:3.12-slim-bookworm
# A user with a number, so that Kubernetes can see it is not root; no installer is left to it. /data holds the call log.
RUN useradd --uid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin line \
    && mkdir --mode 700 /data && chown 10001 /data \
    && pip uninstall --yes --quiet --root-user-action ignore pip
COPY --from=build /venv /venv
# Root owns it all: the line can change none of it, read-only file system or not.
COPY --from=build /app /app
WORKDIR /app
# All interfaces inside the container: which of them reach the world is said where it is started.
ENV PATH=/venv/bin:$PATH HOST=0.0.0.0 PORT=8080 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
EXPOSE 8080
CMD ["python", "-m", "ivr", "serve"]

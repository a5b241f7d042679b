"""REDIS_URL, split as endpoints-redis.yml names its parts: Rasa takes no address as a whole."""

from urllib.parse import unquote, urlsplit


def split(address: str) -> dict[str, str]:
    """Return the environment that endpoints-redis.yml reads, or raise ValueError where Rasa cannot use it."""
    url = urlsplit(address)
    database = url.path.strip("/") or "0"
    if url.scheme != "redis" or not url.hostname or not database.isdigit() or url.username:
        raise ValueError("not redis://:password@host:port/database")
    return {
        "REDIS_HOST": url.hostname,
        "REDIS_PORT": str(url.port or 6379),
        "REDIS_DB": database,
        "REDIS_PASSWORD": unquote(url.password or ""),
    }

"""A cache that may be away: counters and short-lived notes, never the only copy of anything."""

import logging

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


class ForgivingRedisCache(RedisCache):
    """Answers as if empty when Redis is down, so that pages and saves go on. What must hold
    without it (the lock-out after wrong guesses) is kept in the database."""

    def _try(self, call, default):
        try:
            return call()
        except (RedisError, OSError) as error:
            log.warning("cache is away: %s", type(error).__name__)
            return default

    def add(self, key, value, timeout=..., version=None):
        kwargs = {} if timeout is ... else {"timeout": timeout}
        return self._try(
            lambda: super(ForgivingRedisCache, self).add(key, value, version=version, **kwargs), True
        )

    def get(self, key, default=None, version=None):
        return self._try(lambda: super(ForgivingRedisCache, self).get(key, default, version=version), default)

    def set(self, key, value, timeout=..., version=None):
        kwargs = {} if timeout is ... else {"timeout": timeout}
        return self._try(
            lambda: super(ForgivingRedisCache, self).set(key, value, version=version, **kwargs), None
        )

    def delete(self, key, version=None):
        return self._try(lambda: super(ForgivingRedisCache, self).delete(key, version=version), False)

    def get_many(self, keys, version=None):
        return self._try(lambda: super(ForgivingRedisCache, self).get_many(keys, version=version), {})

    def set_many(self, data, timeout=..., version=None):
        kwargs = {} if timeout is ... else {"timeout": timeout}
        return self._try(
            lambda: super(ForgivingRedisCache, self).set_many(data, version=version, **kwargs), list(data)
        )

"""Asks a server which models it has and what they take; keeps the reply for a while."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Protocol
from urllib.parse import urlsplit

from nbreason.asking.plan import key_for
from nbreason.config.endpoints import Endpoint, endpoint, resolve
from nbreason.config.keys import KeySource
from nbreason.config.secret import Secret
from nbreason.config.settings import NBReason
from nbreason.core.catalogue import Catalogue, Facts, merged
from nbreason.errors import ConnectionFailed, InvalidResponse, NBReasonError, Refused
from nbreason.providers.base import CatalogueQuery, Provider
from nbreason.transport.client import Call, Transport, is_loopback
from nbreason.wire.envelope import Envelope
from nbreason.wire.problems import ErrorContext, problem
from nbreason.wire.values import dumps

HOSTED_SECONDS = 24 * 3600.0
LOCAL_SECONDS = 600.0
"""How long a catalogue is new."""
LARGEST = 8 * 1024 * 1024
PATIENCE = 2.0
"""Seconds that a question may wait for a catalogue that nobody asked for."""
ON_REQUEST = 15.0


class Files(Protocol):
    """Where catalogues are kept, by address."""

    def load(self, address: str) -> Catalogue | None:
        """What is saved for an address."""

    def save(self, address: str, catalogue: Catalogue) -> None:
        """Keep a catalogue."""


class Discovery:
    """What the servers of one kernel say of their models.  `known` looks only at what is saved."""

    def __init__(
        self,
        settings: NBReason,
        environment: Mapping[str, str],
        keys: KeySource,
        transport: Transport,
        files: Files,
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._environment = environment
        self._keys = keys
        self._transport = transport
        self._files = files
        self._clock = clock
        self._tried: set[tuple[str, str]] = set()

    def known(self, provider: Provider) -> Catalogue | None:
        """What the server of a provider has said, however long ago; nothing is sent.

        With how much context a server on this machine runs a model is soon no longer true, and then not told.
        """
        if not provider.catalogue:
            return None
        try:
            base = resolve(provider, self._settings, self._environment).base
        except Refused:  # which an ask reports
            return None
        found = self._files.load(address(provider, base)) if base else None
        if found is None or lifetime(base) == HOSTED_SECONDS or self._is_new(found, base):
            return found
        return replace(found, models={name: {**facts, "window": None} for name, facts in found.models.items()})

    async def look(self, provider: Provider, model: str) -> None:
        """Ask the server of a model once, if nothing new is known of it; a failure is silent.

        model: as the server calls it
        """
        with suppress(NBReasonError, TimeoutError):
            if self._due(provider, model):
                await asyncio.wait_for(self._fetch(provider, model), PATIENCE)

    async def refresh(self, provider: Provider) -> Catalogue:
        """Ask a server for all that it says of its models.  Raises NBReasonError."""
        try:
            return await asyncio.wait_for(self._fetch(provider, ""), ON_REQUEST)
        except TimeoutError:
            raise ConnectionFailed(
                f"{provider.title} has not sent its list of models within {ON_REQUEST:.0f} s."
            ) from None

    def _due(self, provider: Provider, model: str) -> bool:
        if not provider.catalogue or self._settings.replay == "only":
            return False
        base = endpoint(provider, self._settings, self._environment).base
        one = any(query.each for query in provider.catalogue)
        attempt = (address(provider, base), model if one else "")
        if attempt in self._tried:
            return False
        self._tried.add(attempt)
        known = self._files.load(attempt[0])
        if known is None or not self._is_new(known, base):
            return True
        return one and not known.models.get(known.find(model))

    def _is_new(self, catalogue: Catalogue, base: str) -> bool:
        return 0 <= self._clock() - catalogue.at < lifetime(base)

    async def _fetch(self, provider: Provider, model: str) -> Catalogue:
        place = endpoint(provider, self._settings, self._environment)
        if not provider.catalogue:
            raise Refused(f"{provider.title} has no list of its models that nbreason can read. Nothing was sent.")
        key = self._key(provider, place)
        old = self._files.load(address(provider, place.base)) or Catalogue({}, 0.0)
        tag, models = "", dict[str, Facts]()
        for query in provider.catalogue:
            one = [Catalogue(models, 0.0).find(model) or model] if model else list(models)
            for name in one if query.each else [""]:
                try:
                    found, tag = await self._ask(query, provider, place, key, name, old.etag)
                except NBReasonError:
                    if query is provider.catalogue[0]:
                        raise
                    continue  # older servers have not all of them
                if found is None:  # as it was
                    models, tag = dict(old.models), old.etag
                else:
                    models = merged(models, query.read(found, name))
        if model:  # of the others only the names were asked for
            models = {name: facts or old.models.get(name, {}) for name, facts in models.items()}
        new = Catalogue(models, self._clock(), tag if len(provider.catalogue) == 1 else "")
        self._files.save(address(provider, place.base), new)
        return new

    def _key(self, provider: Provider, place: Endpoint) -> Secret | None:
        """The key, where a list is for those who have one."""
        if not any(query.key for query in provider.catalogue):
            return None
        return key_for(provider, self._keys, place.keys)

    async def _ask(
        self, query: CatalogueQuery, provider: Provider, place: Endpoint, key: Secret | None, model: str, etag: str
    ) -> tuple[Any, str]:
        """The JSON of a reply, None if nothing has changed, and its ETag."""
        known = {"If-None-Match": etag} if etag else {}
        call = Call(
            query.method,
            place.url(query.path),
            key if query.key else None,
            place.auth.header,
            place.auth.prefix,
            {**place.headers, **known, "Accept": "application/json", "Content-Type": "application/json"},
            dumps({"model": model}) if query.each else None,
            timeout=ON_REQUEST,
            ca=place.ca,
            proxy=place.proxy,
        )
        async with self._transport.exchange(call) as reply:
            if reply.status == 304 and etag:
                return None, etag
            if reply.status != 200:
                context = ErrorContext(provider.title, "its list of models", key.source if key else "", place.keys)
                raise problem(reply.status, Envelope.read(await reply.text()), context)
            data = bytearray()
            async for chunk in reply.chunks():
                data += chunk
                if len(data) > LARGEST:
                    raise InvalidResponse(f"The list of models of {provider.title} is larger than 8 MiB.")
            text = data.decode("utf-8", "replace")
            try:
                return json.loads(key.hide(text) if key else text), reply.headers.get("etag", "")
            except (ValueError, RecursionError):
                raise InvalidResponse(f"{provider.title} answered with something else than a list of models.") from None


def address(provider: Provider, base: str) -> str:
    """What a catalogue is saved under: another provider at the same address may have another list."""
    return f"{provider.account or provider.name} {base}"


def lifetime(base: str) -> float:
    """For how many seconds a catalogue is new: what a server on this machine has loaded changes often."""
    return LOCAL_SECONDS if is_loopback(urlsplit(base).hostname or "") else HOSTED_SECONDS

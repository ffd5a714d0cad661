"""Request -> Reply: the endpoint, the key, the directives, the answer and its cost. No sockets."""

from __future__ import annotations

import hashlib
import json
import threading
import uuid
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from . import (
    balances,
    catalogues,
    checks,
    directives,
    errors,
    jobs,
    outcome,
    reading,
    report,
    streams,
    structured,
    wires,
)
from .directives import Directives
from .ledger import START, Ledger
from .models import Model, Models
from .values import JSON, Asked, Outcome, Refusal, Reply, Request

LOW = 0.02  # credits that the directive ``low`` reports


@dataclass(frozen=True)
class Options:
    """How a server behaves. ``pace`` and ``think_seconds`` are in seconds; see ``start``."""

    pace: float = 0.01
    think_seconds: float = 0.3
    strict_openai: bool = False
    credits: float = START
    models: tuple[str, ...] = ()
    loopback: bool = True


@dataclass(frozen=True)
class Route:
    """An endpoint: whose wire its errors use, the methods it has, and its canonical path."""

    wire: str
    methods: tuple[str, ...]
    name: str


def route(path: str) -> Route | None:
    """The endpoint of ``path``, or None. A base URL that ends in ``/api`` or lacks ``/v1`` works as well."""
    plain = path.rstrip("/")
    name = plain.removeprefix("/api")
    if name in ("/chat/completions", "/responses", "/models"):
        name = "/v1" + name
    if name == "/v1/chat/completions":
        return Route("chat", ("POST",), name)
    if name == "/v1/responses":
        return Route("responses", ("POST",), name)
    if name in catalogues.ENDPOINTS:
        return Route("chat", catalogues.ENDPOINTS[name][:1], name)
    if name.startswith("/v1/responses/"):
        method = ("POST",) if name.endswith("/cancel") else ("GET",)
        return Route("responses", method, name) if name.count("/") == 3 + (method == ("POST",)) else None
    if plain.startswith("/v2/requests/"):
        return Route("segmind", ("GET",), plain)
    if plain.startswith("/v2/") and plain.count("/") == 2 and len(plain) > 4 and name not in balances.ENDPOINTS:
        return Route("segmind", ("POST",), plain)
    if name in balances.ENDPOINTS:
        return Route(balances.ENDPOINTS[name], ("GET",), name)
    if plain.startswith("/v1/") and plain.count("/") == 2 and len(plain) > 4:
        return Route("segmind", ("POST",), plain)
    return None


class Service:
    """Answers requests; safe to use from many threads. Keeps no key, and the last ``keep`` bodies."""

    def __init__(self, options: Options, keep: int = 0) -> None:
        self.options = options
        self.models = Models(options.models)
        self.ledger = Ledger(options.credits)
        self.bodies: deque[JSON] = deque(maxlen=keep)
        self.jobs = jobs.Jobs()
        self._once: set[bytes] = set()
        self._lock = threading.Lock()

    def refuse(self, request: Request) -> Reply | None:
        """The refusal of a request by its path, method and key, or None; its body need not have been read."""
        found = route(request.path)
        wire, request_id = found.wire if found else "chat", uuid.uuid4().hex
        try:
            if found is None:
                raise Refusal(404, f"Cannot {request.method} {request.path}")
            if request.method not in found.methods:
                refusal = Refusal(405, f"{request.method} is not allowed here.")
                reply = errors.reply(refusal, wire, request.path, request_id)
                return replace(reply, headers=(*reply.headers, ("Allow", ", ".join(found.methods))))
            self._authenticate(request, found)
        except Refusal as refused:
            return self._refused(refused, wire, request.path, request_id)
        return None

    def handle(self, request: Request) -> Reply:
        """The reply to a request that `refuse` lets pass; never raises."""
        request_id = uuid.uuid4().hex
        found = route(request.path)
        wire = found.wire if found else "chat"
        try:
            assert found is not None
            if "GET" in found.methods or found.name in catalogues.ENDPOINTS:
                return self._get(request, found, request_id)
            return self._post(request, found, request_id)
        except Refusal as refused:
            return self._refused(refused, wire, request.path, request_id)
        # A bug of this server must reach the person as an answer, not as silence.
        except Exception as error:  # noqa: BLE001
            fault = Refusal(500, f"The rehearsal server itself failed: {type(error).__name__}: {error}")
            return errors.reply(fault, wire, request.path, request_id)

    def _refused(self, refusal: Refusal, wire: str, path: str, request_id: str) -> Reply:
        envelope = "openai" if self.options.strict_openai and wire != "segmind" else ""
        return errors.reply(refusal, wire, path, request_id, envelope)

    def _authenticate(self, request: Request, found: Route) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        bearer = scheme.lower() == "bearer" and bool(token.strip())
        azure = bool(request.headers.get("api-key", "").strip())
        if found.name in catalogues.ENDPOINTS and not catalogues.ENDPOINTS[found.name][1]:
            return
        if found.wire != "segmind":
            if not (bearer or azure):
                raise Refusal(401, "Missing API key: send it as 'Authorization: Bearer KEY'.", None, "invalid_api_key")
            return
        if request.headers.get("x-api-key", "").strip():
            return
        # Only Segmind's page of o1-preview shows a Bearer key; elsewhere it is answered 401.
        if not (bearer and found.name == "/v1/o1-preview"):
            raise Refusal(401, "Missing API key: send it as 'x-api-key'.")

    def _get(self, request: Request, found: Route, request_id: str) -> Reply:
        if found.name.startswith(("/v1/responses/", "/v2/requests/")):
            return _json(self.jobs.reply(found.name), (("x-request-id", request_id),))
        wish = directives.read(request.headers.get("x-rehearse", ""), request.query.get("rehearse", ""), None)
        if wish.refill:
            self.ledger.refill()
        if wish.error:
            refusal = errors.rehearsed(wish.error)
            reply = errors.reply(refusal, found.wire, request.path, request_id, _envelope(wish))
        elif wish.html:
            reply = errors.login_page()
        else:
            left = LOW if wish.low else self.ledger.remaining
            if found.name in catalogues.ENDPOINTS:
                asked = str(reading.parse(request.body).get("model", "")) if request.method == "POST" else ""
                body = catalogues.answer(found.name, self.models, asked)
            else:
                body = balances.answer(found.name, left, self.ledger.full)
            reply = _json(body, (("x-request-id", request_id),))
        return replace(reply, silence=wish.slow, cut=wish.cut)

    def _post(self, request: Request, found: Route, request_id: str) -> Reply:
        if found.name.endswith("/cancel"):
            return _json(self.jobs.cancel(found.name), (("x-request-id", request_id),))
        slug = found.name.rpartition("/")[2]
        if found.wire == "segmind" and slug not in self.models.by_name:
            raise Refusal(404, f"The requested model {slug!r} does not exist.")
        if found.wire == "segmind" and "json" not in request.headers.get("content-type", ""):
            # Segmind uses 406 for this as well as for missing credits; only the message tells them apart.
            raise Refusal(406, "Not acceptable: the content type must be application/json.")
        fields = reading.parse(request.body)
        self.bodies.append(fields)
        asked = self._read(fields, request.path, found)
        question = report.last_user(asked.messages)
        wish = directives.read(request.headers.get("x-rehearse", ""), request.query.get("rehearse", ""), question)
        if wish.refill:
            self.ledger.refill()
        reply = self._directed(request, found, asked, wish, request_id)
        if reply is None:
            reply = self._answer(found, asked, wish, request_id)
        if reply.status == 200 and not wish.html and jobs.wanted(asked):
            return _json(self.jobs.add(asked, reply.body, wish.slow + self._thinks(wish)), reply.headers[1:])
        silence = wish.slow if reply.pieces is not None or wish.error else wish.slow + self._thinks(wish)
        return replace(reply, silence=silence, cut=wish.cut)

    def _thinks(self, wish: Directives) -> float:
        return 0.0 if wish.html else self.options.think_seconds

    def _read(self, fields: JSON, path: str, found: Route) -> Asked:
        if found.wire == "segmind":
            return reading.segmind(fields, found.name)
        if found.wire == "chat":
            return reading.chat(fields, path)
        return reading.responses(fields, path)

    def _directed(
        self, request: Request, found: Route, asked: Asked, wish: Directives, request_id: str
    ) -> Reply | None:
        """The reply that a directive asks for instead of an answer, or None."""
        if wish.html:
            return errors.login_page()
        if wish.nostream and asked.stream:
            refusal = Refusal(400, "Unsupported value: 'stream'.", "stream", "unsupported_value")
            return errors.reply(refusal, found.wire, request.path, request_id, "openai")
        if not wish.error or wish.envelope == "midway" or not self._due(request, wish):
            return None
        refusal = errors.rehearsed(wish.error)
        return errors.reply(refusal, found.wire, request.path, request_id, _envelope(wish))

    def _due(self, request: Request, wish: Directives) -> bool:
        """Whether an error is to be sent: with ``once`` every second time for the same request."""
        if not wish.once:
            return True
        digest = hashlib.sha256(request.path.encode() + b"\0" + request.body).digest()
        with self._lock:
            if digest in self._once:
                self._once.discard(digest)
                return False
            self._once.add(digest)
            return True

    def _answer(self, found: Route, asked: Asked, wish: Directives, request_id: str) -> Reply:
        model = self.models.find(asked.model)
        if model is None:
            missing = f"The model '{asked.model}' does not exist or you do not have access to it."
            raise Refusal(404, missing, "model", "model_not_found")
        checks.check(asked, model, strict_openai=self.options.strict_openai)
        text = wish.echo if wish.echo is not None else structured.compose(asked)
        if text is None:
            text = report.compose(asked, loopback=self.options.loopback)
        result = self._charge(found, outcome.draft(asked, text, wish), wish)
        if wish.error and wish.envelope == "midway" and not asked.stream:
            # OpenRouter reports some errors so: status 200, the error in the body.
            return _json(errors.openai(errors.rehearsed(wish.error)), (("x-request-id", request_id),))
        headers = _money(found, result, wish, asked.stream, request_id)
        if asked.stream:
            return self._stream(asked, result, model, wish, headers)
        return _json(self._whole(asked, result, model, wish), headers)

    def _charge(self, found: Route, drafted: Outcome, wish: Directives) -> Outcome:
        left = self.ledger.take(drafted.cost)
        if left is None:
            status = 406 if found.wire == "segmind" else 403
            text = "Not enough credits. (Those of this rehearsal server are used up: 'rehearse: refill' helps.)"
            raise Refusal(status, text, None, "insufficient_quota")
        return replace(drafted, remaining=LOW if wish.low else left)

    def _whole(self, asked: Asked, result: Outcome, model: Model, wish: Directives) -> JSON:
        usage = not wish.nousage
        if asked.wire == "segmind":
            return wires.segmind(asked, result, usage=usage, reasoning_field=wish.think)
        if asked.wire == "chat":
            return wires.chat(asked, result, model.dated, usage=usage, reasoning_field=wish.think)
        return wires.response(asked, result, model.dated, usage=usage, openai=self.options.strict_openai)

    def _stream(
        self,
        asked: Asked,
        result: Outcome,
        model: Model,
        wish: Directives,
        headers: tuple[tuple[str, str], ...],
    ) -> Reply:
        manner = streams.Manner(
            self.options.pace if wish.pace is None else wish.pace,
            self.options.think_seconds,
            not wish.nousage,
            not wish.nodone,
            wish.think,
            errors.rehearsed(wish.error) if wish.error and wish.envelope == "midway" else None,
        )
        make = streams.chat if asked.wire == "chat" else streams.responses
        start = (("Content-Type", "text/event-stream; charset=utf-8"), ("Cache-Control", "no-cache"))
        return Reply(200, (*start, *headers), pieces=make(asked, result, model.dated, manner))


def _envelope(wish: Directives) -> str:
    return wish.envelope if wish.envelope in ("problem", "openai") else ""


def _money(
    found: Route, result: Outcome, wish: Directives, stream: bool, request_id: str
) -> tuple[tuple[str, str], ...]:
    """Headers with what the answer cost and what is left, in credits and USD."""
    headers = [("x-request-id", request_id)]
    if found.wire != "segmind":
        headers.append(("x-inference-id", request_id))
    if wish.nousage:
        return tuple(headers)
    cost, left = _decimal(result.cost), _decimal(result.remaining)
    if found.wire == "segmind":
        headers += [*(() if wish.nocost else (("x-cost", cost),)), ("x-generation-time", "0.30")]
    elif not stream:
        headers += [
            ("x-aimlapi-credits-used", cost),
            ("x-aimlapi-usd-spent", _decimal(wires.usd(result.cost))),
        ]
    # On the chat and responses wires this is an addition of the rehearsal: AI/ML API sends no balance header.
    headers.append(("x-remaining-credits", left))
    return tuple(headers)


def _decimal(number: float) -> str:
    return f"{number:.8f}".rstrip("0").rstrip(".")


def _json(body: JSON, headers: Iterable[tuple[str, str]]) -> Reply:
    data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    return Reply(200, (("Content-Type", "application/json; charset=utf-8"), *headers), data)

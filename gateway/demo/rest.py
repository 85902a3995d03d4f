"""How the demo's parties talk to the gateway: a few lines of HTTP, as any partner would write them.

Knows addresses and keys only; what the answers mean is for the play.
"""

from __future__ import annotations

from typing import Any

import httpx2

from gateway.errors import Unavailable

WAIT_S = 10


class Client:
    """One party with its API key, on one address."""

    def __init__(self, url: str, key: str) -> None:
        self._http = httpx2.Client(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=WAIT_S + 10, trust_env=False
        )

    def close(self) -> None:
        self._http.close()

    def send(self, data: bytes, name: str) -> dict[str, Any]:
        """Hand over a document and wait for what comes of it: the message as `GET /v1/messages/{id}` shows it.

        Its name is its Idempotency-Key: the same delivery again gets the first answer, however much later.
        """
        return self._json(
            "POST", "/v1/messages", params={"wait": WAIT_S, "name": name}, content=data, headers=_key(name)
        )

    def record(self, events: bytes, name: str) -> dict[str, Any]:
        """Hand over canonical events, as JSON."""
        return self._json(
            "POST", "/v1/events", params={"wait": WAIT_S, "name": name}, content=events, headers=_key(name)
        )

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._json("POST", path, json=body)

    def get(self, path: str, **parameters: str) -> dict[str, Any]:
        return self._json("GET", path, params=parameters)

    def all_of(self, path: str, **parameters: str) -> list[dict[str, Any]]:
        """Every item of a list, page after page."""
        items: list[dict[str, Any]] = []
        while True:
            page = self.get(path, **parameters)
            items += page["items"]
            if not page["next"]:
                return items
            parameters["cursor"] = page["next"]

    def content(self, id: str) -> bytes:
        """The bytes of a message; for a partner, this is picking it up from its mailbox."""
        return self._request("GET", f"/v1/messages/{id}/content").content

    def _json(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._request(method, path, **request).json()
        return answer

    def _request(self, method: str, path: str, **request: Any) -> httpx2.Response:
        response = self._http.request(method, path, **request)
        if response.status_code >= 400:
            raise Unavailable(f"{method} {path} answered {response.status_code}: {response.text}")
        return response


def _key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": f"demo/{name}", "Content-Type": "application/octet-stream"}

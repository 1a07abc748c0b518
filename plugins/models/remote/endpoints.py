"""Where a remote model answers: a model server over HTTP, or an endpoint of Amazon SageMaker.

What goes wrong is named by what to do about it. TransientError: it is away, busy, slow, or its answer came damaged.
AuthError: it refuses our token. ConfigError: it has no such model, or takes less than is sent. RefusedError: the rest.
"""

from typing import Any, Protocol

import httpx

from hub.sdk.errors import AuthError, ConfigError, RefusedError, TransientError
from hub.sdk.invocations import ARRAYS, ATTRIBUTES, attributes, read_attributes

RETRY_AFTER = 30
_SHOWN = 300


class Endpoint(Protocol):
    """One place that answers. `most_cases` is what it is asked for at a time."""

    most_cases: int

    def ask(self, question: bytes, named: dict[str, str]) -> tuple[bytes, dict[str, str]]:
        """The answer to cases packed as ARRAYS, and what the server says of it (model, sha256)."""


class HttpEndpoint:
    """A model server, through the client that the hub hands over: it bounds addresses, time and size."""

    most_cases = 20_000

    def __init__(self, client: httpx.Client, address: str, token: str) -> None:
        self._client = client
        self._url = f"{address.rstrip('/')}/invocations"
        self._headers = {"Content-Type": ARRAYS, "Accept": ARRAYS}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def ask(self, question: bytes, named: dict[str, str]) -> tuple[bytes, dict[str, str]]:
        """One POST; nothing is tried twice here, for the work that asks is tried again as a whole."""
        headers = {**self._headers, ATTRIBUTES: attributes(named)}
        try:
            response = self._client.post(self._url, content=question, headers=headers)
        except httpx.InvalidURL as error:
            raise ConfigError(f"The model server's address is none: {error}", "model_server_url") from error
        except httpx.HTTPError as error:
            raise TransientError(f"The model server did not answer: {error!r}"[:_SHOWN], RETRY_AFTER) from error
        if response.status_code != 200:
            raise failure(response.status_code, response.content)
        return response.content, read_attributes(response.headers.get(ATTRIBUTES, ""))


class SageMakerEndpoint:
    """An endpoint whose container is a model server, through boto3's client `sagemaker-runtime`."""

    most_cases = 5_000
    """Some 4.5 MB: SageMaker takes 6 MB at a time."""

    def __init__(self, runtime: Any, name: str) -> None:
        self._runtime = runtime
        self._name = name

    def ask(self, question: bytes, named: dict[str, str]) -> tuple[bytes, dict[str, str]]:
        """One InvokeEndpoint."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = self._runtime.invoke_endpoint(
                EndpointName=self._name,
                Body=question,
                ContentType=ARRAYS,
                Accept=ARRAYS,
                CustomAttributes=attributes(named),
            )
            return answer["Body"].read(), read_attributes(answer.get("CustomAttributes", ""))
        except ClientError as error:
            said = error.response
            # Of an error of the container SageMaker hands on the status; of its own, the status of the call.
            status = said.get("OriginalStatusCode") or said["ResponseMetadata"]["HTTPStatusCode"]
            code = said.get("Error", {}).get("Code", "")
            if code in ("AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException"):
                status = 401
            raise failure(int(status), str(said.get("OriginalMessage") or error).encode()) from error
        except BotoCoreError as error:
            raise TransientError(f"SageMaker did not answer: {error!r}"[:_SHOWN], RETRY_AFTER) from error


def failure(status: int, body: bytes) -> Exception:
    """What an answer other than 200 means."""
    said = body[:_SHOWN].decode("utf-8", "replace")
    if status in (401, 403):
        return AuthError(f"The model server refuses our token ({status}): {said}")
    if status == 404:
        return ConfigError(f"The model server has no such model: {said}", "model_server_url")
    if status == 413:
        return ConfigError(f"The model server takes less than is sent to it: {said}", "model_server_url")
    if status in (408, 429) or status >= 500:
        return TransientError(f"The model server cannot answer now ({status}): {said}", RETRY_AFTER)
    return RefusedError(f"The model server refuses the question ({status}): {said}", status, body)

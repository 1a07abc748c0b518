"""Reminders worded by a language model, through LangChain's chat models. The facts stay here (see prompt.py)."""

from collections.abc import Iterator, Mapping
from typing import Any

from hub.sdk.errors import AuthError, ConfigError, PluginError, TransientError
from hub.sdk.network import Network
from hub.sdk.writer import Draft, WritingTask
from plugins.models.llm_writer.prompt import messages, read

_DEFAULTS = {"provider": "openai", "temperature": 0.2, "timeout_seconds": 30, "max_tokens": 900}
_SHOWN = 200


class LlmWriter:
    """One model of one provider, asked once for each draft: no tools, no memory, no second try."""

    slug = "llm_writer"

    def __init__(self, config: Mapping[str, Any], network: Network) -> None:
        self._config = {**_DEFAULTS, **config}
        self._network = network

    def draft(self, task: WritingTask) -> Draft:
        """What the model wrote, its placeholders filled in.

        Raises ConfigError, AuthError, TransientError and RecordError as hub.sdk.writer says.
        """
        return read(self._ask(messages(task, self._config.get("style", ""))), task)

    def _ask(self, conversation: list[tuple[str, str]]) -> str:
        from plugins.models.llm_writer.chat_models import chat_model  # late: it brings httpx

        model = chat_model(self._config, self._network)
        from langsmith import tracing_context  # late: LangChain is slow to import

        try:
            # Were the environment to ask for traces, they would go to somebody whom the tenant did not name.
            with tracing_context(enabled=False):
                return str(model.invoke(conversation).text)
        except Exception as error:
            raise _named(error, str(self._config["provider"])) from error


def _named(error: Exception, provider: str) -> PluginError:
    """What a client's error means. Each library has its own; all of them carry a status or come of the network."""
    chain = list(_causes(error))
    for each in chain:
        if isinstance(each, PluginError):
            return each if isinstance(each, ConfigError | AuthError) else TransientError(f"{provider}: {each}")
    status = next(filter(None, map(_status, chain)), 0)
    said = f"{provider} answered {status}: {str(error)[:_SHOWN]}"
    if status in (401, 403):
        return AuthError(said)
    if 400 <= status < 500 and status not in (408, 409, 429):
        return ConfigError(said, field="model")
    if status:
        return TransientError(said)
    return TransientError(f"{provider} gave no answer that can be read: {type(error).__name__}")


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in seen:
        seen.append(current)
        yield current
        current = current.__cause__ or current.__context__


def _status(error: BaseException) -> int:
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return status
    answer = getattr(error, "response", None)
    if isinstance(answer, dict):
        return int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    return 0

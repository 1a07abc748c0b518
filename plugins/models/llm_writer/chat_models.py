"""LangChain's chat model for a config: which class, which address, which key. All of them over the hub's network."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from hub.sdk.errors import ConfigError
from hub.sdk.network import Network
from plugins.models.llm_writer.transport import carry, client, transport

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

OPENAI = "https://api.openai.com/v1"
ANTHROPIC = "https://api.anthropic.com"


def chat_model(config: Mapping[str, Any], network: Network) -> "BaseChatModel":
    """The model to ask. Raises ConfigError naming the property that its provider needs, or what is not installed."""
    try:
        return _MAKERS[config["provider"]](config, network)
    except ImportError as error:
        message = f"What asks {config['provider']} is not installed: pip install 'paypredict[llm]' ({error.name})"
        raise ConfigError(message, field="provider") from error


def _openai(config: Mapping[str, Any], network: Network) -> "BaseChatModel":
    import httpx
    from langchain_openai import ChatOpenAI

    is_theirs = config["provider"] == "openai"
    # Whatever the environment of the process says of OpenAI is not the tenant's.
    return ChatOpenAI(
        model=config["model"],
        api_key=_needed(config, "api_key") if is_theirs else config.get("api_key") or "none",
        base_url=OPENAI if is_theirs else _needed(config, "base_url"),
        openai_proxy="",
        organization="",
        http_client=client(httpx, network, config["timeout_seconds"], config.get("api_key", "")),
        max_retries=0,
        timeout=config["timeout_seconds"],
        temperature=config["temperature"],
        max_tokens=config["max_tokens"],
    )


def _azure(config: Mapping[str, Any], network: Network) -> "BaseChatModel":
    import httpx
    from langchain_openai import AzureChatOpenAI

    return AzureChatOpenAI(
        azure_deployment=config["model"],
        azure_endpoint=_needed(config, "base_url"),
        api_version=_needed(config, "api_version"),
        api_key=_needed(config, "api_key"),
        openai_proxy="",
        organization="",
        http_client=client(httpx, network, config["timeout_seconds"], config.get("api_key", "")),
        max_retries=0,
        timeout=config["timeout_seconds"],
        temperature=config["temperature"],
        max_tokens=config["max_tokens"],
    )


def _anthropic(config: Mapping[str, Any], network: Network) -> "BaseChatModel":
    import anthropic
    import httpx2  # which this library uses in place of httpx
    from langchain_anthropic import ChatAnthropic

    model = ChatAnthropic(
        model=config["model"],
        api_key=_needed(config, "api_key"),
        base_url=ANTHROPIC,
        max_retries=0,
        timeout=config["timeout_seconds"],
        temperature=config["temperature"],
        max_tokens=config["max_tokens"],
    )
    # It has no parameter for the client, which it makes when it first needs one and keeps under this name.
    model.__dict__["_client"] = anthropic.Anthropic(
        api_key=config["api_key"],
        base_url=ANTHROPIC,
        max_retries=0,
        timeout=config["timeout_seconds"],
        http_client=client(httpx2, network, config["timeout_seconds"], config["api_key"]),
    )
    return model


def _ollama(config: Mapping[str, Any], network: Network) -> "BaseChatModel":
    import httpx
    from langchain_ollama import ChatOllama

    own = transport(httpx, network, config["timeout_seconds"], config.get("api_key", ""))
    key = config.get("api_key")
    return ChatOllama(
        model=config["model"],
        base_url=_needed(config, "base_url"),
        temperature=config["temperature"],
        num_predict=config["max_tokens"],
        sync_client_kwargs={
            "transport": own,
            "trust_env": False,
            "headers": {"authorization": f"Bearer {key}"} if key else {},
        },
    )


def _bedrock(config: Mapping[str, Any], network: Network) -> "BaseChatModel":
    import boto3
    from botocore.config import Config
    from botocore.session import Session
    from langchain_aws import ChatBedrockConverse

    # Keys are always given, so that those of the machine are never used for a tenant.
    session = boto3.Session(
        # Without the variable that names a profile of the machine's.
        botocore_session=Session(session_vars={"profile": (None, None, None, None)}),
        aws_access_key_id=_needed(config, "access_key_id"),
        aws_secret_access_key=_needed(config, "secret_access_key"),
        region_name=_needed(config, "region"),
    )
    options = Config(
        retries={"max_attempts": 0}, proxies={}, ignore_configured_endpoint_urls=True, signature_version="v4"
    )
    runtime, control = (
        carry(session.client(name, config=options), network, config["timeout_seconds"])
        for name in ("bedrock-runtime", "bedrock")
    )
    return ChatBedrockConverse(
        model=config["model"],
        client=runtime,
        bedrock_client=control,
        region_name=config["region"],
        temperature=config["temperature"],
        max_tokens=config["max_tokens"],
    )


_MAKERS: dict[str, Callable[[Mapping[str, Any], Network], "BaseChatModel"]] = {
    "openai": _openai,
    "openai_compatible": _openai,
    "azure": _azure,
    "anthropic": _anthropic,
    "ollama": _ollama,
    "bedrock": _bedrock,
}


def _needed(config: Mapping[str, Any], name: str) -> str:
    if value := config.get(name):
        return str(value)
    raise ConfigError(f"{config['provider']} needs {name.replace('_', ' ')}.", field=name)

"""Owns the botocore session: which settings are looked at, and how every client is configured."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config
from botocore.configprovider import (
    BOTOCORE_DEFAUT_SESSION_VARIABLES,
    ConfiguredEndpointProvider,
    ConfigValueStore,
    ConstantProvider,
)
from botocore.loaders import Loader, create_loader

from canvas_kms_tui import __version__
from canvas_kms_tui.aws.models import ModelFiles
from canvas_kms_tui.aws.options import ConnectOptions, Credentials

CONNECT_TIMEOUT, READ_TIMEOUT, ATTEMPTS, THREADS = 3, 10, 3, 32

#: Signing in is waited for before anything is shown as connected: it must fail sooner.
SIGN_IN_READ_TIMEOUT = 4


class Session(botocore.session.Session):
    """A botocore session whose own calls to STS (roles of the profile) go to our endpoint, with our time-outs."""

    def __init__(self, options: ConnectOptions) -> None:
        super().__init__(profile=options.profile if options.isolated is None else None)
        self.isolated = options.isolated
        self._sts_endpoint = options.endpoint_url
        self.set_default_client_config(
            Config(
                connect_timeout=CONNECT_TIMEOUT,
                read_timeout=SIGN_IN_READ_TIMEOUT,
                retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
                user_agent_extra=f"canvas-kms-tui/{__version__}",
            )
        )

    def create_client(self, service_name: str, *args: Any, **settings: Any) -> Any:
        if service_name == "sts" and settings.get("endpoint_url") is None:
            settings["endpoint_url"] = self._sts_endpoint
        return super().create_client(service_name, *args, **settings)

    def act_with(self, credentials: Any) -> None:
        """Use these botocore credentials, refreshable ones too, from now on."""
        self._credentials = credentials


@dataclass(frozen=True, slots=True)
class Opened:
    """A session, and where each service is to be found."""

    session: Session
    options: ConnectOptions
    region: str

    def endpoint(self, service: str) -> str | None:
        """The custom endpoint of ``service``: the flag's, else the environment's or config file's."""
        if self.options.endpoint_url or self.options.isolated:
            return self.options.endpoint_url
        if self.session.get_config_variable("ignore_configured_endpoint_urls"):
            return None
        return _configured_endpoint(self.session, service)

    def client(self, service: str, region: str, credentials: Credentials | None = None) -> Any:
        """A new client; ``credentials`` instead of the session's own."""
        chosen = {}
        if credentials is not None:
            chosen = {
                "aws_access_key_id": credentials.access_key_id,
                "aws_secret_access_key": credentials.secret_access_key,
                "aws_session_token": credentials.session_token,
            }
        endpoint, config = self.endpoint(service), self._config(service)
        return self.session.create_client(service, region, endpoint_url=endpoint, config=config, **chosen)

    def _config(self, service: str) -> Config:
        settings: dict[str, Any] = {}
        if service == "s3" and self.endpoint(service):
            settings["s3"] = {"addressing_style": "path"}
        if self.options.isolated:
            settings["proxies"] = {}
        read_timeout = SIGN_IN_READ_TIMEOUT if service == "sts" else READ_TIMEOUT
        return Config(read_timeout=read_timeout, max_pool_connections=THREADS, **settings)


def configure(session: Session) -> None:
    """Prepare a session whose profile is known to exist."""
    fixed = session.isolated
    if fixed is None:
        session.register_component("data_loader", _own_loader(session.get_config_variable("data_path")))
        return
    session.register_component("config_store", _defaults_only())
    session.register_component("data_loader", _builtin_loader())
    session.set_credentials(fixed.access_key_id, fixed.secret_access_key, fixed.session_token)


@functools.cache
def _own_loader(data_path: str | None) -> Loader:
    """The models of botocore and of the user's directories, read once for all sessions of this process."""
    loader = create_loader(data_path)
    loader.file_loader = ModelFiles()
    return loader


@functools.cache
def _builtin_loader() -> Loader:
    """botocore's own models alone, likewise."""
    return Loader([Loader.BUILTIN_DATA_PATH], ModelFiles(), include_default_search_paths=False)


def _defaults_only() -> ConfigValueStore:
    """botocore's settings at their defaults: no environment variable and no file can reach them."""
    defaults: dict[str, Any] = {name: entry[2] for name, entry in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()}
    nowhere = {"config_file": os.devnull, "credentials_file": os.devnull, "s3": None, "proxies_config": None}
    return ConfigValueStore({name: ConstantProvider(value) for name, value in (defaults | nowhere).items()})


def _configured_endpoint(session: Session, service: str) -> str | None:
    provider = ConfiguredEndpointProvider(
        full_config=session.full_config, scoped_config=session.get_scoped_config(), client_name=service
    )
    found = provider.provide()
    return str(found) if found else None


def is_endpoint_url(url: str) -> bool:
    """True for ``http(s)://host[:port][/path]``."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False

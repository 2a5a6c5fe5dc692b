"""The running parts of a performance: started together, ended in the opposite order."""

import shutil
import signal
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from scripts.demonstration.components import LocalSupabase, Service, Shop, SupabaseDetails
from scripts.demonstration.display import Display
from scripts.interruptible import handle_interrupts
from scripts.local_supabase.layout import create_ephemeral_layout
from tests.targets.shop import PASSWORD, USERNAME


@dataclass(frozen=True)
class Stage:
    """Where the parts listen, and the shop's log-in that the suite needs."""

    supabase: SupabaseDetails
    service_url: str
    service_log: Path
    shop_url: str
    shop_username: str
    shop_password: str


def end_on_sigterm() -> None:
    """Let SIGTERM take the way of Ctrl-C, which ends the children."""
    handle_interrupts()
    signal.signal(signal.SIGTERM, interrupt)


def interrupt(_number: int, _frame: FrameType | None) -> None:
    signal.raise_signal(signal.SIGINT)


def ignore_interrupts() -> None:
    """A second Ctrl-C must not stop us from ending the children."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def log_folder() -> Generator[Path]:
    """A directory of our own; should we be killed, the next local Supabase removes it."""
    folder = create_ephemeral_layout().installation
    folder.chmod(0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def set_stage(display: Display, shop_delay_ms: float) -> Generator[Stage]:
    """Start the parts on free ports; end them however the performance ends."""
    with ExitStack() as parts:
        folder = parts.enter_context(log_folder())
        shop = Shop(folder / "shop.log", shop_delay_ms)
        supabase = LocalSupabase(folder / "supabase.log")
        try:
            with display.step("Local Supabase and the shop"):
                parts.enter_context(supabase.launched())
                parts.enter_context(shop.launched())
                supabase.wait_until_ready()
                shop.wait_until_ready()
            service = Service(supabase.details, folder / "service.log")
            with display.step("The service"):
                parts.enter_context(service)
            with shown_on_failure(display, service):
                yield Stage(
                    supabase.details, service.url, service.log, shop.url, USERNAME, PASSWORD
                )
        finally:
            ignore_interrupts()


@contextmanager
def shown_on_failure(display: Display, service: Service) -> Generator[None]:
    """What the service logged last is what one wants to read when the story breaks off."""
    try:
        yield
    except Exception:
        display.say(f"The last lines of the service's log:\n{service.log_tail()}")
        raise

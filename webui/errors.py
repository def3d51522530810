"""Every error of the window, and the only place that knows the HTTP status of any error."""

from __future__ import annotations


class WindowError(Exception):
    """Base of all errors that this package raises."""


class WrongSetting(WindowError):
    """A setting has a value that cannot be meant; the start stops."""

    def __init__(self, name: str, value: str, wanted: str) -> None:
        self.name, self.value = name, value
        super().__init__(f"{name} is {value!r}, but {wanted}. Correct it or unset it.")


class AssetsMissing(WindowError):
    """The pages' libraries were not built."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"{folder} does not hold the pages' libraries. `python3 dev.py run` builds them; by hand: "
            "`npm ci --ignore-scripts && node build.mjs` in webui/assets."
        )


class NotAllowed(WindowError):
    """The officer's posts do not carry the right that a page asks for."""

    def __init__(self, right: str) -> None:
        self.right = right
        super().__init__(
            f"None of your posts carries the right {right!r}; an administrator can give you one that does."
        )


class NotFound(WindowError):
    """An address names something that does not exist or that the officer may not see."""

    def __init__(self, kind: str, name: str) -> None:
        self.kind, self.name = kind, name
        super().__init__(f"There is no {kind} {name!r} that you may see.")


class SignInRefused(WindowError):
    """Wrong officer code or password; never says which."""

    def __init__(self) -> None:
        super().__init__("The officer code or the password is not right.")


class TooManySignIns(WindowError):
    """Too many failed attempts in a short time."""

    def __init__(self, minutes: int) -> None:
        self.minutes = minutes
        super().__init__(f"Too many failed attempts. Try again in {minutes} minutes or ask an administrator.")


class WeakPassword(WindowError):
    """A new password is too easy to guess."""

    def __init__(self, least: int) -> None:
        self.least = least
        super().__init__(f"The password needs at least {least} characters and may not be the officer code.")


class Refused(WindowError):
    """What was sent cannot be done; the sentence is for the person who sent it."""


class UnknownWorker(WindowError):
    """A request of an external worker carries no token that is known."""

    def __init__(self) -> None:
        super().__init__(
            "The token is not known; `qiangji worker add` gives one, to be sent as `Authorization: Bearer …`."
        )


class NotDelivered(WindowError):
    """A message could not be handed to its receiver this time; `final` when another try cannot help."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        self.final = final
        super().__init__(reason)


class JobRunning(WindowError):
    """The same long work is already under way."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name!r} is already running; wait until it has finished.")


class DiedApart(WindowError):
    """A process that was to do heavy work ended without an answer."""

    def __init__(self, work: str, code: int) -> None:
        self.work, self.code = work, code
        super().__init__(
            f"The process of {work} ended with code {code} and no answer; the machine may be short of memory. "
            "It is tried again after a while."
        )


class WorkFailed(WindowError):
    """Work that was asked for ended with an error that nobody foresaw; its job is tried again."""

    def __init__(self, kind: str, of: str, told: str) -> None:
        self.kind, self.of = kind, of
        super().__init__(f"{kind} of {of} ended with {told}")

"""Settings: one table, and a wrong value stops the start."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from webui.errors import WrongSetting
from webui.settings import SETTINGS, read_settings, secret_key


def test_without_anything_set_it_runs_for_one_machine() -> None:
    settings = read_settings({})
    assert (settings.host, settings.port, settings.language) == ("127.0.0.1", 8000, "zh")
    assert settings.database_url == f"sqlite:///{Path.home()}/.qiangji/qiangji.sqlite"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QIANGJI_PORT", "eighty"),
        ("QIANGJI_PORT", "70000"),
        ("QIANGJI_ZONE", "Mars/Olympus"),
        ("QIANGJI_LANGUAGE", "fr"),
        ("QIANGJI_DATABASE_URL", "mysql://somewhere/else"),
        ("QIANGJI_DATABASE_URL", "nonsense"),
        ("QIANGJI_CLOCK", "maybe"),
        ("QIANGJI_HOST", "http://localhost"),
        ("QIANGJI_THREADS", "0"),
        ("QIANGJI_PROT", "8000"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_wanted(name: str, value: str) -> None:
    with pytest.raises(WrongSetting, match=name) as caught:
        read_settings({name: value})
    assert str(caught.value).endswith("Correct it or unset it.")


def test_other_variables_are_none_of_our_business() -> None:
    assert read_settings({"QIANGJI_SHARED": "/somewhere", "PORT": "x"}).port == 8000


def test_a_plain_postgresql_address_gets_our_driver() -> None:
    url = read_settings({"QIANGJI_DATABASE_URL": "postgresql://user:secret@host/name"}).database_url
    assert url == "postgresql+psycopg://user:secret@host/name"


def test_the_key_is_made_once_and_is_ours_alone(tmp_path: Path) -> None:
    settings = read_settings({"QIANGJI_HOME": str(tmp_path / "home")})
    key = secret_key(settings)
    assert len(key) == 32 and secret_key(settings) == key
    assert stat.S_IMODE((settings.home / "secret_key").stat().st_mode) == 0o600


def test_a_home_that_cannot_be_written_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WrongSetting, match="QIANGJI_HOME"):
        secret_key(read_settings({"QIANGJI_HOME": str(tmp_path / "file" / "home")}))


def test_names_are_told_apart_and_explained() -> None:
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)
    assert all(setting.help.endswith(".") for setting in SETTINGS)

"""The command login without its browser: keys, places, imports, and wrong use in one line."""

import json
from pathlib import Path

import pyrage
import pytest

from auditor import cli
from auditor.capture.states.sealed import Key, origin_of, read_identities, unseal
from auditor.errors import InputError

SECRET = "s3cr3t-v4lue"
PASSPHRASE = "p4ssphr4se"
SCENARIO = """\
scenario: two
sites: [{id: one, operator: x, url: "https://one.test/"}]
platforms:
  g:
    vendor: google
    state: {file: states/g.age, identity_file: key.txt}
    proof: {cookie: SID, domain: google.com}
    visitors: [logged_in]
"""


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["auditor", *arguments])
    with pytest.raises(SystemExit) as ending:
        cli.main()
    assert isinstance(ending.value.code, int)
    return ending.value.code


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A scenario, an age key, and a state to import."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEY", PASSPHRASE)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "two.yaml").write_text(SCENARIO)
    (tmp_path / "key.txt").write_text(f"# a key\n{pyrage.x25519.Identity.generate()}\n")
    (tmp_path / "states").mkdir()
    cookie = {"name": "SID", "value": SECRET, "domain": ".google.com", "path": "/", "expires": 1999999999}
    (tmp_path / "state.json").write_text(json.dumps({"cookies": [cookie]}))
    (tmp_path / "other.json").write_text(json.dumps({"cookies": [{**cookie, "name": "NID"}]}))
    (tmp_path / "old.json").write_text(json.dumps({"cookies": [{**cookie, "expires": 1}]}))
    (tmp_path / "empty.txt").write_text("# nothing\n")
    return tmp_path


def test_an_import_goes_where_the_scenario_says_sealed_to_its_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    assert call(monkeypatch, "login", "g", "--scenario", "two.yaml", "--import", "state.json") == 0
    captured = capsys.readouterr()
    place = folder / "states" / "g.age"
    assert (captured.out, captured.err.splitlines()) == (
        "",
        [f"g: logged_in, 1 cookies, storage of 0 origins, sealed in {place} (cookie SID of google.com present)"],
    )
    assert oct(place.stat().st_mode & 0o777) == "0o600"
    assert place.read_bytes().startswith(b"age-encryption.org/v1\n-> X25519 ")
    state = unseal(place, read_identities(folder / "key.txt"))
    assert state["cookies"][0]["value"] == SECRET
    assert (origin_of(state).platform, origin_of(state).made_by) == ("g", "Playwright storage_state")


def test_a_vendor_needs_no_scenario(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    (folder / "cookies.txt").write_text(f".google.com\tTRUE\t/\tTRUE\t0\tSID\t{SECRET}\n")
    arguments = ["login", "google", "--import", "cookies.txt", "--passphrase-env", "KEY"]
    assert call(monkeypatch, *arguments) == 0
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("google: cookies.txt does not tell SameSite")
    assert second == "google: logged_in, 1 cookies, storage of 0 origins, sealed in google.age"
    assert unseal(folder / "google.age", Key(PASSPHRASE))["cookies"][0]["value"] == SECRET
    # A second time it is not overwritten unasked.
    assert call(monkeypatch, *arguments) == 2
    assert capsys.readouterr().err == "google.age: is there already (give --replace, or another --out)\n"
    assert call(monkeypatch, *arguments, "--replace") == 0


G = ["login", "g", "--scenario", "two.yaml"]
GOOGLE = ["login", "google", "--url", "https://accounts.google.com/"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            [*GOOGLE, "--passphrase-env", "KEY"],
            "login: there is no display to open a window on "
            "(run it where a desktop is, give --remote, or --import a state made elsewhere)",
        ),
        (["login", "google", "--passphrase-env", "KEY"], "google: the login page is not known (name it with --url)"),
        ([*GOOGLE[:3], "ftp://x/"], "--url: must be an http or https address with a host"),
        (
            ["login", "nobody"],
            "no vendor 'nobody' (`auditor vendors` lists them; --scenario FILE names a platform of your own)",
        ),
        (["login", "h", "--scenario", "two.yaml"], "two.yaml: platforms: no platform 'h' (it has g)"),
        (
            [*GOOGLE],
            "there is no terminal to ask for a passphrase on (give --passphrase-env, --recipient or --identity)",
        ),
        ([*GOOGLE, "--passphrase-env", "NOT_SET"], "--passphrase-env: the environment variable NOT_SET is not set"),
        ([*GOOGLE, "--recipient", "age1x"], "--recipient: is no age recipient (it begins with age1)"),
        (
            [*GOOGLE, "--identity", "empty.txt"],
            "empty.txt: holds no age identity (age-keygen writes one; its lines begin with AGE-SECRET-KEY-1)",
        ),
        ([*GOOGLE, "--identity", "none.txt"], "none.txt: cannot be read: No such file or directory"),
        (
            [*GOOGLE, "--identity", "key.txt", "--recipient", "age1x"],
            "give one of --passphrase-env, --recipient and --identity",
        ),
        ([*GOOGLE, "--out", "no/g.age"], "no: --out: is not a folder that can be written to"),
        (
            [*G, "--import", "other.json"],
            "other.json: not logged_in: cookie SID of google.com absent (nothing was sealed)",
        ),
        (
            [*G, "--import", "old.json"],
            "old.json: not logged_in: cookie SID of google.com absent (nothing was sealed)",
        ),
        (
            [*G, "--import", "state.json", "--logout"],
            "state.json: not logged_out: cookie SID of google.com present (nothing was sealed)",
        ),
        ([*G, "--import", "none.json"], "none.json: cannot be read: No such file or directory"),
    ],
)
def test_wrong_use_is_one_line_and_seals_nothing(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    arguments: list[str],
    message: str,
) -> None:
    before = sorted(folder.rglob("*"))
    assert call(monkeypatch, *arguments) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.splitlines()) == ("", [message])
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("typed", "message"), [(["", ""], "the passphrase is empty"), (["a", "b"], "the two passphrases differ")]
)
def test_a_passphrase_is_asked_for_twice(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    typed: list[str],
    message: str,
) -> None:
    """The terminal is played: what a person types, one after the other."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: typed.pop(0))
    assert call(monkeypatch, "login", "google", "--import", "state.json") == 2
    assert capsys.readouterr().err.splitlines() == [message]


def test_a_key_shows_nothing_of_itself(folder: Path) -> None:
    key = read_identities(folder / "key.txt")
    assert "AGE-SECRET" not in repr(key) + str(key) + repr(Key(PASSPHRASE))
    assert PASSPHRASE not in repr(Key(PASSPHRASE))
    (folder / "bad.txt").write_text("AGE-SECRET-KEY-1WRONG")
    with pytest.raises(InputError) as refused:
        read_identities(folder / "bad.txt")
    assert "WRONG" not in str(refused.value)

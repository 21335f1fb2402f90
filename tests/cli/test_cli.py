"""The command line's words and exit codes, in this process."""

import json
from pathlib import Path

import pytest

from auditor import cli

SCENARIO = """\
scenario: two
cookie_modes: [allowed]
sites:
  - id: one
    operator: 株式会社イチ
    url: https://one.test/
    disclosure: {url: "https://one.test/privacy"}
platforms:
  g:
    vendor: google
    login: [{goto: "https://accounts.google.com/"}]
    logout: [{goto: "https://accounts.google.com/Logout"}]
    proof: {cookie: SID, domain: google.com}
"""


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["auditor", *arguments])
    with pytest.raises(SystemExit) as ending:
        cli.main()
    assert isinstance(ending.value.code, int)
    return ending.value.code


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "two.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def test_scenario_check_prints_the_visits(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], scenario: Path
) -> None:
    assert call(monkeypatch, "scenario", "check", str(scenario)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "one.disclosure\thttps://one.test/privacy",
        "one.no_account.allowed.ignore.1\thttps://one.test/",
        "one.g-logged_out.allowed.ignore.1\thttps://one.test/",
        "one.g-logged_in.allowed.ignore.1\thttps://one.test/",
    ]


def test_scenario_check_as_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], scenario: Path
) -> None:
    assert call(monkeypatch, "scenario", "check", "--json", str(scenario)) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["kind"], line["visitor"], line["platform"]) for line in lines] == [
        ("disclosure", "no_account", None),
        ("audit", "no_account", None),
        ("audit", "logged_out", "g"),
        ("audit", "logged_in", "g"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("operator:", "oprator:", "{file}:5: sites.0.oprator: unknown key (did you mean operator?)"),
        (
            "vendor: google",
            "vendor: gogle",
            "{file}:10: platforms.g.vendor: unknown platform 'gogle' (`auditor vendors` lists them)",
        ),
        (
            "cookie_modes: [allowed]",
            "consent: [ignore, deny]",
            "{file}:2: consent.1: Input should be 'ignore', 'accept' or 'reject'",
        ),
        ("https://one.test/\n", "one.test\n", "{file}:6: sites.0.url: must be an http or https address with a host"),
        (
            '{url: "https://one.test/privacy"}',
            "{file: none.html}",
            "{file}:7: sites.0.disclosure.file: no such file: none.html",
        ),
    ],
)
@pytest.mark.parametrize("command", [["scenario", "check"], ["run"]])
def test_a_wrong_scenario_gives_one_line_and_exit_2(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    scenario: Path,
    command: list[str],
    old: str,
    new: str,
    message: str,
) -> None:
    monkeypatch.chdir(scenario.parent)
    scenario.write_text(SCENARIO.replace(old, new, 1), encoding="utf-8")
    assert call(monkeypatch, *command, str(scenario)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [message.replace("{file}", str(scenario))]
    assert [p.name for p in scenario.parent.iterdir()] == ["two.yaml"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run"], "name one or more scenarios, or --resume RUN"),
        (["run", "none.yaml"], "none.yaml: no such file"),
        (["run", "--resume", "nowhere"], "nowhere: is not a run's folder (name a folder that `auditor run` made)"),
        (["report", "nowhere"], "nowhere: is not a run's folder (name a folder that `auditor run` made)"),
        (["import", "none.har"], "none.har: no such file"),
        (["run", "x.yaml", "--lang", "fr"], "--lang: must be ja or en"),
        (["vendors", "nobody"], "no vendor 'nobody' (`auditor vendors` lists them)"),
        (["vendors", "--extra", "nowhere"], "nowhere: is not a folder"),
        (
            ["run", "--workers", "0", "x.yaml"],
            "Invalid value for '--workers': Input should be greater than or equal to 1",
        ),
        (["nonsense"], "No such command 'nonsense'."),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(monkeypatch, *arguments) == 2
    assert capsys.readouterr().err.splitlines() == [message]
    assert list(tmp_path.iterdir()) == []


def test_a_missing_secret_is_named_before_anything_is_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], scenario: Path
) -> None:
    scenario.write_text(
        SCENARIO.replace('[{goto: "https://accounts.google.com/"}]', '[{fill: "#p", secret_env: NOT_THERE}]')
    )
    assert call(monkeypatch, "run", str(scenario), "--out", str(scenario.parent / "run")) == 2
    expected = f"{scenario}: secret_env: the environment variable NOT_THERE is not set"
    assert capsys.readouterr().err.splitlines() == [expected]
    assert not (scenario.parent / "run").exists()


def test_a_used_folder_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], scenario: Path
) -> None:
    assert call(monkeypatch, "run", str(scenario), "--out", str(scenario.parent)) == 2
    assert "is not an empty folder (name another --out, or --resume this run)" in capsys.readouterr().err


def test_vendors_are_listed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "vendors") == 0
    names = {line.split("\t")[0]: line.split("\t")[1] for line in capsys.readouterr().out.splitlines()}
    assert (names["lycorp"], names["google"], names["meta"]) == (
        "LINEヤフー株式会社",
        "Google LLC",
        "Meta Platforms, Inc.",
    )


def test_a_defect_of_ours_is_exit_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], scenario: Path
) -> None:
    def broken(_path: Path) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(cli.looking, "load_scenario", broken)
    assert call(monkeypatch, "scenario", "check", str(scenario)) == 3
    assert "this is a defect of the auditor" in capsys.readouterr().err


def test_help_names_every_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "--help") == 0
    text = capsys.readouterr().out
    for command in ("run", "demo", "import", "report", "vendors", "scenario", "setup"):
        assert f" {command} " in text

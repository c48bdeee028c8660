"""The stack for teams, read as data: no engine runs here, so every slip that a parser can find is found by this."""

import json
import re
import stat
import tomllib
from pathlib import Path

import pytest
import yaml

from config.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
STACK = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = STACK["services"]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
INSTRUCTIONS = {"FROM", "ENV", "RUN", "COPY", "WORKDIR", "USER", "ENTRYPOINT", "CMD"}
ONE_SHOT = {
    name
    for service in SERVICES.values()
    for name, how in service.get("depends_on", {}).items()
    if how["condition"] == "service_completed_successfully"
}
SECRET = re.compile(r"PASSWORD|_SECRET|_KEY$|AUTH_STRING|CONNECTION_URL|DATABASE_URL|ENCRYPTIONKEY")
VARIABLE = re.compile(r"(?<!\$)\$\{([A-Z_]+)(?:(:[-?])([^}]*))?\}")


def _variables() -> list[tuple[str, str, str]]:
    return VARIABLE.findall((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def _explained() -> dict[str, str]:
    """Name of each variable of .env.example -> its value there; a comment stands above every group."""
    found: dict[str, str] = {}
    above = ""
    for line in EXAMPLE.splitlines():
        if named := re.fullmatch(r"(?:# )?([A-Z][A-Z_]+)=(.*)", line):
            assert above.startswith("# ") or above.split("=", maxsplit=1)[0] in found, f"{line} is not explained"
            found[named[1]] = named[2]
        above = line
    return found


def _commands() -> set[str]:
    import typer.main

    from flows.cli import app

    return set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def test_every_variable_is_in_the_example_and_every_example_is_used() -> None:
    used = {name for name, _, _ in _variables()}
    assert used == set(_explained())


def test_secrets_are_required_and_have_no_value() -> None:
    explained = _explained()
    required = {name for name, how, _ in _variables() if how == ":?"}
    assert required == {name for name, value in explained.items() if not value}
    assert {name for name in explained if SECRET.search(name)} == required
    assert all(said.startswith("set it in .env") for _, how, said in _variables() if how == ":?")


def test_defaults_are_those_of_the_example() -> None:
    explained = _explained()
    for name, how, value in _variables():
        if how == ":-" and value:
            assert explained[name] == value, name


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_is_written_out(name: str) -> None:
    for key, value in SERVICES[name].get("environment", {}).items():
        if SECRET.search(key) and "CONNECTION" not in key:
            assert "${" in str(value) or value in {"true", "false"}, key


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_limits_a_policy_and_no_privilege(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert service["restart"] == ("on-failure:3" if name in ONE_SHOT else "unless-stopped")
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["logging"]["options"]["max-size"]
    assert not {"privileged", "cap_add", "network_mode", "pid", "ipc", "devices"} & set(service)
    assert not [volume for volume in service.get("volumes", []) if "docker.sock" in str(volume)]


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned_and_need_no_other_registry(name: str) -> None:
    image, _, tag = SERVICES[name]["image"].partition(":")
    assert re.fullmatch(r"[a-z]+", image), "a short name, without a host"
    assert re.search(r"\d", tag)
    assert "latest" not in tag


def test_our_image_has_the_version_of_the_project() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert {SERVICES[name]["image"] for name in ("prefect", "vigie")} == {f"vigie:{version}"}


def test_elasticsearch_and_kibana_are_of_one_version() -> None:
    versions = {SERVICES[name]["image"].partition(":")[2] for name in ("elasticsearch", "setup", "kibana")}
    assert len(versions) == 1
    assert versions.pop().startswith("9.5.")


@pytest.mark.parametrize("name", sorted(set(SERVICES) - ONE_SHOT))
def test_health_is_a_question_to_the_program_itself(name: str) -> None:
    health = SERVICES[name]["healthcheck"]
    assert {"test", "interval", "timeout", "retries", "start_period"} <= set(health)
    asked = {
        "elasticsearch": "wait_for_status=yellow",
        "kibana": '"level":"available"',
        "postgres": "SELECT 1",
        "prefect": "/api/ready",
        "vigie": "status",
    }
    assert asked[name] in " ".join(health["test"])


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_waits_for_what_exists_and_can_say_that_it_is_ready(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        assert other in SERVICES
        if other in ONE_SHOT:
            assert how == {"condition": "service_completed_successfully"}
        else:
            assert how == {"condition": "service_healthy"}
            assert "healthcheck" in SERVICES[other]


@pytest.mark.parametrize("name", SERVICES)
def test_volumes_and_networks_are_declared_and_files_exist(name: str) -> None:
    service = SERVICES[name]
    assert set(service["networks"]) <= set(STACK["networks"])
    for volume in service.get("volumes", []):
        source = str(volume["source"] if isinstance(volume, dict) else volume.partition(":")[0])
        if source.startswith("./"):
            assert (ROOT / source).exists(), source
        elif not source.startswith("${"):
            assert source in STACK["volumes"], source


def test_read_only_services_can_write_where_they_must() -> None:
    for name in ("prefect", "vigie"):
        service = SERVICES[name]
        assert service["read_only"] is True
        writable = [each.partition(":")[0] for each in service["tmpfs"]]
        writable += [str(each).split(":")[1] for each in service.get("volumes", []) if ":/" in str(each)]
        places = [value for key, value in service["environment"].items() if re.search(r"HOME$|DIRECTORY$", key)]
        assert len(places) >= 2
        assert [place for place in places if not place.startswith(tuple(writable))] == []


def test_every_volume_is_used() -> None:
    used = {str(volume).partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert set(STACK["volumes"]) <= used


def test_nothing_is_published_beyond_this_machine_by_default() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"kibana", "prefect"}
    for ports in published.values():
        assert all(port.startswith("${BIND_ADDRESS:-127.0.0.1}:") for port in ports)
    assert STACK["networks"]["inside"] == {"internal": True}
    for name in ("elasticsearch", "postgres", "setup"):
        assert SERVICES[name]["networks"] == ["inside"]


def test_security_is_on_and_telemetry_off() -> None:
    said = {key: str(value) for service in SERVICES.values() for key, value in service.get("environment", {}).items()}
    assert said["xpack.security.enabled"] == "true"
    for key in (
        "TELEMETRY_OPTIN",
        "NEWSFEED_ENABLED",
        "MAP_INCLUDEELASTICMAPSSERVICE",
        "PREFECT_SERVER_ANALYTICS_ENABLED",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY",
        "ingest.geoip.downloader.enabled",
    ):
        assert said[key] == "false", key


def test_every_vigie_variable_is_a_setting() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8") + EXAMPLE
    for path in (ROOT / "compose").glob("*.sh"):
        text += path.read_text(encoding="utf-8")
    text += (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert set(re.findall(r"\bVIGIE_[A-Z_]+\b", text)) <= known
    assert "VIGIE_" in text


def test_the_worker_is_configured_as_vigie_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in SERVICES["vigie"]["environment"].items():
        filled = VARIABLE.sub(lambda found: found[3] if found[2] == ":-" else "a" * 32, str(value))
        monkeypatch.setenv(key, filled)
    settings = Settings()
    assert settings.store == "elastic"
    assert settings.state_url.startswith("postgresql+psycopg://vigie:")


def test_commands_named_are_commands_of_vigie() -> None:
    commands = _commands()
    named = [SERVICES["vigie"]["command"][0], SERVICES["vigie"]["healthcheck"]["test"][2]]
    smoke = (ROOT / "tests" / "smoke" / "compose.sh").read_text(encoding="utf-8")
    named += re.findall(r"^demo (\w+)", smoke, re.MULTILINE)
    assert len(named) >= 5
    assert set(named) <= commands


def _instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, comments dropped and continued lines joined."""
    lines = [line for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [(word, rest) for line in joined.splitlines() if line for word, _, rest in [line.partition(" ")]]


def test_the_image_is_built_from_the_lock_and_runs_as_nobody() -> None:
    found = _instructions()
    assert {word for word, _ in found} <= INSTRUCTIONS
    assert found[0][0] == "FROM"
    assert {rest.split(" AS ")[0] for word, rest in found if word == "FROM"} == {"python:3.12-slim-bookworm"}
    installs = [rest for word, rest in found if word == "RUN" and "pip install" in rest]
    assert "--require-hashes -r /opt/vigie/requirements.lock" in installs[0]
    assert all("--no-deps" in line for line in installs)
    assert [rest for word, rest in found if word == "USER"] == ["10001:10001"]
    assert re.search(r"useradd --uid 10001\b", str(found))
    for name in ("ENTRYPOINT", "CMD"):
        assert isinstance(json.loads(next(rest for word, rest in found if word == name)), list), "exec form"


def test_the_image_gets_every_room_and_nothing_private() -> None:
    kept = [line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"]
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert set(packages["targets"]["wheel"]["packages"]) <= set(kept)
    assert [name for name in kept if not (ROOT / name).exists()] == []
    for word, rest in _instructions():
        if word == "COPY" and not rest.startswith("--from"):
            for source in rest.split()[:-1]:
                assert source == "." or source.split("/")[0] in kept, source
                assert (ROOT / source).exists(), source
    entry = json.loads(next(rest for word, rest in _instructions() if word == "ENTRYPOINT"))[0]
    assert (ROOT / entry.removeprefix("/opt/vigie/")).stat().st_mode & stat.S_IXUSR


def test_the_locks_of_the_image_hold_no_torch_and_no_address() -> None:
    main, extra = ((ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "compose/image.lock"))
    names = [set(re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)) for text in (main, extra)]
    assert names[0] & names[1] == set(), "pip refuses a name given twice"
    assert "psycopg" in names[1]
    assert "torch" not in names[0] | names[1]
    assert "://" not in extra
    assert extra.count("==") <= extra.count("--hash=sha256:")


def test_no_file_of_the_stack_names_a_registry() -> None:
    files = [ROOT / "compose.yaml", ROOT / "Dockerfile", ROOT / ".env.example", *(ROOT / "compose").iterdir()]
    found = [path.name for path in files if re.search(r"docker\.(io|elastic)|ghcr|quay\.io", path.read_text())]
    assert found == []


def test_secrets_never_reach_git() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {".env", "channels.env"} <= set(ignored)

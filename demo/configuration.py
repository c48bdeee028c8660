"""The configuration folder of the demo, as a person would write it."""

from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent / "config"
SOURCES = {
    "tiroir-a-vis": ("blog", "blog", ""),
    "copeaux": ("forum", "forum", ""),
    "la-remise": ("reviews", "shop", "catalogue/"),
    "echo-de-la-loise": ("feed", "news", "rss.xml"),
}


def write_demo_config(folder: Path, urls: Mapping[str, str]) -> None:
    """Write the folder, over what stands there.

    `urls` holds the roots of the sites (blog, forum, shop, news). The Slack channel reads its webhook from the file
    `slack-webhook` beside the folder; it is written here when `urls` has a `slack`.
    """
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    hook = folder.resolve().parent / "slack-webhook"
    for written in sorted(FOLDER.glob("*.yaml")):
        text = written.read_text(encoding="utf-8").replace("{hook}", str(hook))
        (folder / written.name).write_text(text, encoding="utf-8")
    for name, (kind, site, path) in SOURCES.items():
        lines = f"name: {name}\nkind: {kind}\nurl: {urls[site]}{path}\ntimezone: Europe/Paris\nallow_private: true\n"
        (folder / "sources" / f"{name}.yaml").write_text(lines, encoding="utf-8")
    if "slack" in urls:
        hook.touch(mode=0o600)
        hook.write_text(urls["slack"] + "\n", encoding="utf-8")

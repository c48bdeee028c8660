"""django-machina forum in one file.   python forum.py migrate | seed TRUTH.jsonl | runserver 127.0.0.1:8103"""

import json
import os
import sys
from pathlib import Path

from django.conf import settings

WORK = Path(os.environ.get("WORK", Path(__file__).parent / "work"))
WORK.mkdir(parents=True, exist_ok=True)
import machina  # noqa: E402

if not settings.configured:
    settings.configure(
        SECRET_KEY="test",
        DEBUG=True,
        ALLOWED_HOSTS=["127.0.0.1", "localhost"],
        ROOT_URLCONF="forum",
        USE_TZ=True,
        TIME_ZONE="UTC",
        LANGUAGE_CODE=os.environ.get("UI_LANG", "en"),
        STATIC_URL="/static/",
        MEDIA_URL="/media/",
        MEDIA_ROOT=str(WORK / "media"),
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(WORK / "machina.sqlite3")}},
        CACHES={
            "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
            "machina_attachments": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "att"},
        },
        HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        INSTALLED_APPS=[
            "django.contrib." + a for a in ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles")
        ]
        + ["mptt", "haystack", "widget_tweaks"]
        + ["machina"]
        + [
            "machina.apps." + a
            for a in (
                "forum",
                "forum_conversation",
                "forum_conversation.forum_attachments",
                "forum_conversation.forum_polls",
                "forum_feeds",
                "forum_moderation",
                "forum_search",
                "forum_tracking",
                "forum_member",
                "forum_permission",
            )
        ],
        MIDDLEWARE=[
            "django.middleware.http.ConditionalGetMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "machina.apps.forum_permission.middleware.ForumPermissionMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [machina.MACHINA_MAIN_TEMPLATE_DIR],
                "OPTIONS": {
                    "loaders": [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                        "machina.core.context_processors.metadata",
                    ],
                },
            }
        ],
        MACHINA_DEFAULT_AUTHENTICATED_USER_FORUM_PERMISSIONS=["can_see_forum", "can_read_forum"],
        MACHINA_TOPIC_POSTS_NUMBER_PER_PAGE=5,
        MACHINA_FORUM_TOPICS_NUMBER_PER_PAGE=5,
    )
import django  # noqa: E402

if __name__ == "__main__":
    django.setup()


def __getattr__(name):
    if name != "urlpatterns":
        raise AttributeError(name)
    from django.urls import include, path

    pats = [path("", include("machina.urls"))]
    globals()["urlpatterns"] = pats
    return pats


def seed(truth):
    import datetime as dt

    from django.contrib.auth import get_user_model
    from machina.core.db.models import get_model

    users, forums, threads, messages = (
        get_user_model(),
        get_model("forum", "Forum"),
        get_model("forum_conversation", "Topic"),
        get_model("forum_conversation", "Post"),
    )
    grants = get_model("forum_permission", "UserForumPermission")
    rights = get_model("forum_permission", "ForumPermission")
    cat = forums.objects.create(name="Marques", type=forums.FORUM_CAT)
    boards, topics = {}, {}
    for line in Path(truth).read_text(encoding="utf-8").splitlines():
        r = json.loads(line)
        if r["kind"] != "post":
            continue
        if r["lang"] not in boards:
            boards[r["lang"]] = forums.objects.create(
                name={"fr": "Discussions en français", "en": "English talk"}[r["lang"]],
                type=forums.FORUM_POST,
                parent=cat,
            )
        u, _ = users.objects.get_or_create(username=r["login"], defaults={"email": r["login"] + "@example.test"})
        when = dt.datetime.fromisoformat(r["date"])
        if r["position"] == 0:
            topics[r["thread"]] = threads.objects.create(
                forum=boards[r["lang"]],
                subject=r["title"],
                poster=u,
                type=threads.TOPIC_POST,
                status=threads.TOPIC_UNLOCKED,
            )
        t = topics[r["thread"]]
        p = messages.objects.create(
            topic=t, poster=u, subject=("" if r["position"] == 0 else "Re: ") + r["title"], content=r["text"]
        )
        messages.objects.filter(pk=p.pk).update(created=when, updated=when)
    for t in threads.objects.all():  # saving a post rewrites the topic's own stamps: set them last
        stamps = sorted(messages.objects.filter(topic=t).values_list("created", flat=True))
        threads.objects.filter(pk=t.pk).update(created=stamps[0], updated=stamps[-1], last_post_on=stamps[-1])
    for codename in ("can_see_forum", "can_read_forum"):
        grants.objects.create(
            permission=rights.objects.get(codename=codename), anonymous_user=True, has_perm=True, forum=None
        )


if __name__ == "__main__":
    sys.modules["forum"] = sys.modules["__main__"]
    if sys.argv[1:2] == ["seed"]:
        seed(sys.argv[2])
    else:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)

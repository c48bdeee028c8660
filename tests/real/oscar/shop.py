"""django-oscar shop in one file: settings + urls + seed.
    python shop.py migrate | seed TRUTH.jsonl | runserver 127.0.0.1:8102
Product pages carry reviews (score 1-5, title, body, author, date); /catalogue/<slug>_<id>/reviews/ paginates them.
"""

import json
import os
import sys
from pathlib import Path

from django.conf import settings

WORK = Path(os.environ.get("WORK", Path(__file__).parent / "work"))
WORK.mkdir(exist_ok=True, parents=True)
from oscar.defaults import *  # noqa: F403, E402

cfg = {k: v for k, v in globals().items() if k.startswith("OSCAR_")}
cfg.update(
    OSCAR_SHOP_NAME="Boutique d'essai",
    OSCAR_DEFAULT_CURRENCY="EUR",
    OSCAR_MODERATE_REVIEWS=False,
    OSCAR_ALLOW_ANON_REVIEWS=True,
)
if not settings.configured:
    settings.configure(
        SECRET_KEY="test",
        DEBUG=True,
        ALLOWED_HOSTS=["127.0.0.1", "localhost"],
        ROOT_URLCONF="shop",
        SITE_ID=1,
        USE_TZ=True,
        TIME_ZONE="UTC",
        LANGUAGE_CODE="en-gb",
        LANGUAGES=[("en-gb", "English"), ("fr", "Français")],
        STATIC_URL="/static/",
        MEDIA_URL="/media/",
        MEDIA_ROOT=str(WORK / "media"),
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(WORK / "oscar.sqlite3"),
                "ATOMIC_REQUESTS": True,
            }
        },
        HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        AUTHENTICATION_BACKENDS=(
            "oscar.apps.customer.auth_backends.EmailBackend",
            "django.contrib.auth.backends.ModelBackend",
        ),
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.locale.LocaleMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "oscar.apps.basket.middleware.BasketMiddleware",
        ]
        + (["shop.JsonLd"] if os.environ.get("OSCAR_JSONLD") else []),
        INSTALLED_APPS=[
            "django.contrib." + a
            for a in (
                "admin",
                "auth",
                "contenttypes",
                "sessions",
                "messages",
                "sites",
                "staticfiles",
                "flatpages",
                "sitemaps",
            )
        ]
        + [
            "oscar.config.Shop",
            "oscar.apps.analytics.apps.AnalyticsConfig",
            "oscar.apps.checkout.apps.CheckoutConfig",
            "oscar.apps.address.apps.AddressConfig",
            "oscar.apps.shipping.apps.ShippingConfig",
            "oscar.apps.catalogue.apps.CatalogueConfig",
            "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
            "oscar.apps.communication.apps.CommunicationConfig",
            "oscar.apps.partner.apps.PartnerConfig",
            "oscar.apps.basket.apps.BasketConfig",
            "oscar.apps.payment.apps.PaymentConfig",
            "oscar.apps.offer.apps.OfferConfig",
            "oscar.apps.order.apps.OrderConfig",
            "oscar.apps.customer.apps.CustomerConfig",
            "oscar.apps.search.apps.SearchConfig",
            "oscar.apps.voucher.apps.VoucherConfig",
            "oscar.apps.wishlists.apps.WishlistsConfig",
            "oscar.apps.dashboard.apps.DashboardConfig",
        ]
        + [
            f"oscar.apps.dashboard.{m}.apps.{c}DashboardConfig"
            for m, c in [
                ("reports", "Reports"),
                ("users", "Users"),
                ("orders", "Orders"),
                ("catalogue", "Catalogue"),
                ("offers", "Offers"),
                ("partners", "Partners"),
                ("pages", "Pages"),
                ("ranges", "Ranges"),
                ("reviews", "Reviews"),
                ("vouchers", "Vouchers"),
                ("communications", "Communications"),
                ("shipping", "Shipping"),
            ]
        ]
        + ["widget_tweaks", "haystack", "treebeard", "sorl.thumbnail", "django_tables2"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.debug",
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                        "django.template.context_processors.i18n",
                        "oscar.apps.search.context_processors.search_form",
                        "oscar.apps.checkout.context_processors.checkout",
                        "oscar.apps.communication.notifications.context_processors.notifications",
                        "oscar.core.context_processors.metadata",
                    ]
                },
            }
        ],
        **cfg,
    )
import django  # noqa: E402

if __name__ == "__main__":
    django.setup()


class JsonLd:
    """OSCAR_JSONLD=1: product pages also carry schema.org Product/Review, as most commercial shop themes do."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        import re

        response = self.get_response(request)
        m = re.fullmatch(r"/catalogue/[^/]+_(\d+)/", request.path)
        if not m or response.status_code != 200:
            return response
        from oscar.core.loading import get_model

        p = get_model("catalogue", "Product").objects.get(pk=m[1])
        if hasattr(response, "render") and not response.is_rendered:
            response.render()
        revs = p.reviews.approved().order_by("-date_created")
        doc = {
            "@context": "https://schema.org",
            "@type": "Product",
            "name": p.title,
            "sku": p.upc,
            "aggregateRating": {"@type": "AggregateRating", "ratingValue": p.rating, "reviewCount": revs.count()},
            "review": [
                {
                    "@type": "Review",
                    "name": r.title,
                    "reviewBody": r.body,
                    "datePublished": r.date_created.isoformat(),
                    "author": {"@type": "Person", "name": r.user.get_full_name() if r.user else r.name},
                    "reviewRating": {"@type": "Rating", "ratingValue": str(r.score), "bestRating": "5"},
                }
                for r in revs[:5]
            ],
        }
        tag = '<script type="application/ld+json">' + json.dumps(doc).replace("<", "\\u003c") + "</script></head>"
        response.content = response.content.replace(b"</head>", tag.encode(), 1)
        return response


def __getattr__(name):  # urlconf, built lazily
    if name != "urlpatterns":
        raise AttributeError(name)
    from django.apps import apps
    from django.contrib.sitemaps import GenericSitemap
    from django.contrib.sitemaps.views import sitemap
    from django.urls import include, path
    from oscar.core.loading import get_model

    products = get_model("catalogue", "Product").objects
    maps = {"products": GenericSitemap({"queryset": products.order_by("id"), "date_field": "date_updated"})}
    pats = [
        path("i18n/", include("django.conf.urls.i18n")),
        path("sitemap.xml", sitemap, {"sitemaps": maps}),
        path("", include(apps.get_app_config("oscar").urls[0])),
    ]
    globals()["urlpatterns"] = pats
    return pats


def seed(truth):
    import datetime as dt

    from django.contrib.auth import get_user_model
    from oscar.core.loading import get_model

    cls, _ = get_model("catalogue", "ProductClass").objects.get_or_create(
        name="Objet", requires_shipping=False, track_stock=False
    )
    partner, _ = get_model("partner", "Partner").objects.get_or_create(name="Entrepôt")
    users, products, reviews, stock = (
        get_user_model(),
        get_model("catalogue", "Product"),
        get_model("reviews", "ProductReview"),
        get_model("partner", "StockRecord"),
    )
    get_model("address", "Country").objects.get_or_create(
        iso_3166_1_a2="FR", defaults={"printable_name": "France", "is_shipping_country": True}
    )
    for line in Path(truth).read_text(encoding="utf-8").splitlines():
        r = json.loads(line)
        if r["kind"] != "review":
            continue
        p, new = products.objects.get_or_create(
            title=r["product"],
            defaults={
                "product_class": cls,
                "upc": r["product"].replace(" ", "-"),
                "description": f"Fiche {r['product']}",
            },
        )
        if new:
            stock.objects.create(product=p, partner=partner, partner_sku=p.upc, price=19.9, price_currency="EUR")
        first, _, last = r["author"].partition(" ")
        u, _ = users.objects.get_or_create(
            username=r["login"],
            defaults={"email": r["login"] + "@example.test", "first_name": first, "last_name": last},
        )
        who = (
            {"user": u}
            if not reviews.objects.filter(product=p, user=u).exists()
            else {"name": r["author"], "email": "anon@example.test"}
        )  # one signed review per user
        rev = reviews.objects.create(
            product=p, score=r["rating"], title=r["title"], body=r["text"], status=reviews.APPROVED, **who
        )
        reviews.objects.filter(pk=rev.pk).update(date_created=dt.datetime.fromisoformat(r["date"]))
    for p in products.objects.all():
        p.update_rating()
    from django.contrib.sites.models import Site

    Site.objects.update(domain=os.environ.get("SITE", "127.0.0.1:8102"), name="Boutique")


if __name__ == "__main__":
    sys.modules["shop"] = sys.modules["__main__"]
    if sys.argv[1:2] == ["seed"]:
        seed(sys.argv[2])
    else:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)

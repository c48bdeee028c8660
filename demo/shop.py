"""La Remise: a shop with a catalogue, product pages and all their reviews in schema.org markup."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from demo import dates
from demo.answer import Page
from demo.drafts import Thread
from demo.scenario import DemoPost, Scenario
from demo.shelf import Shelf, sheet

PRODUCTS, REVIEWS = 8, 20


class Shop:
    """Addresses: `/catalogue/?page=2`, `/produits/slug/?page=2`."""

    name = "La Remise"

    def __init__(self, scenario: Scenario, url: str) -> None:
        """Reads the shop's share of the scenario; the products stand there from the beginning."""
        self._shelf = Shelf(scenario, "shop", url)
        self._opened = scenario.start

    def path(self, post: DemoPost) -> str:
        """`/produits/slug/#avis-123`."""
        return f"/produits/{post.thread}/#avis-{post.id}"

    def page(self, path: str, query: Mapping[str, str], now: datetime) -> Page | None:
        """The page at `path`, None where there never was one."""
        if path == "/":
            best = sorted(self.products(), key=lambda p: len(self._shelf.posts(now, p.key)), reverse=True)[:4]
            latest = self._shelf.posts(now)[:-4:-1]
            return self._shelf.draw(
                "shop/home.html", site=self, products=best, latest=latest, now=now, changed=self._shelf.changed(now)
            )
        if path == "/catalogue/":
            products, number, count = sheet(self.products(), query, PRODUCTS)
            return self._shelf.draw(
                "shop/catalogue.html", site=self, products=products, number=number, count=count, now=now,
                changed=self._shelf.changed(now),
            )  # fmt: skip
        if path == "/sitemap.xml":
            rows = [(f"/produits/{p.key}/", self._shelf.changed(now, p.key) or self._opened) for p in self.products()]
            return self._shelf.sitemap([("/", None), ("/catalogue/", None), *rows], self._shelf.changed(now))
        found = re.fullmatch(r"/produits/([a-z0-9-]+)/", path)
        return self._product(found[1], query, now) if found and found[1] in self._shelf.threads else None

    def products(self) -> list[Thread]:
        """The whole catalogue."""
        return list(self._shelf.threads.values())

    def product(self, post: DemoPost) -> Thread:
        """What the review is about."""
        return self._shelf.threads[post.thread]

    def stars(self, key: str, now: datetime) -> tuple[float, int]:
        """Mean rating out of 5, and how many reviews; 0 where there are none."""
        ratings = [post.rating for post in self._shelf.posts(now, key) if post.rating is not None]
        return (round(sum(ratings) / len(ratings), 1) if ratings else 0.0), len(ratings)

    def _product(self, key: str, query: Mapping[str, str], now: datetime) -> Page:
        product = self._shelf.threads[key]
        reviews, number, count = sheet(self._shelf.posts(now, key)[::-1], query, REVIEWS)
        mean, total = self.stars(key, now)
        markup = self._markup(product, reviews, mean, total)
        return self._shelf.draw(
            "shop/product.html", site=self, product=product, reviews=reviews, number=number, count=count, mean=mean,
            total=total, markup=markup, changed=self._shelf.changed(now, key),
        )  # fmt: skip

    def _markup(self, product: Thread, reviews: Sequence[DemoPost], mean: float, total: int) -> str:
        """The product as JSON-LD (schema.org/Product with schema.org/Review), safe inside a script element."""
        facts, address = product.facts, f"{self._shelf.url}/produits/{product.key}/"
        made: dict[str, Any] = {
            "@context": "https://schema.org", "@type": "Product", "@id": address, "url": address,
            "name": product.title, "sku": facts["sku"], "description": facts["pitch"],
            "brand": {"@type": "Brand", "name": facts["brand"]},
            "offers": {"@type": "Offer", "price": facts["price"], "priceCurrency": "EUR",
                       "availability": "https://schema.org/InStock", "url": address},
        }  # fmt: skip
        if total:
            made["aggregateRating"] = {
                "@type": "AggregateRating", "ratingValue": mean, "reviewCount": total, "bestRating": 5, "worstRating": 1
            }  # fmt: skip
            made["review"] = [self._review(post) for post in reviews]
        return json.dumps(made, ensure_ascii=False).replace("<", "\\u003c")

    def _review(self, post: DemoPost) -> dict[str, Any]:
        address = f"{self._shelf.url}{self.path(post)}"
        made = {
            "@type": "Review", "@id": address, "url": address,
            "author": {"@type": "Person", "name": post.author}, "datePublished": dates.iso(post.published),
            "inLanguage": post.lang, "reviewBody": post.text,
            "reviewRating": {"@type": "Rating", "ratingValue": post.rating, "bestRating": 5, "worstRating": 1},
        }  # fmt: skip
        if post.title:
            made["name"] = post.title
        if post.edited_at:
            made["dateModified"] = dates.iso(post.edited_at)
        return made

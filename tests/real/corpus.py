"""Deterministic FR/EN corpus for seeding test targets.

Every post has a stable key, so a crawl result can be joined to the truth file.
    python corpus.py --threads 12 --replies 8 --articles 40 --products 6 --reviews 12 > truth.jsonl
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import sys

BRANDS = ["Velmora", "Nordane", "Café Brumier"]
AUTHORS = [
    ("amelie.durand", "Amélie Durand"),
    ("jtanguy", "Joël Tanguy"),
    ("maeva_b", "Maëva B."),
    ("oscar.finch", "Oscar Finch"),
    ("priya.n", "Priya N."),
    ("tom_hale", "Tom Hale"),
    ("zoe.lemaitre", "Zoé Lemaître"),
    ("kofi.a", "Kofi A."),
    ("ines.roux", "Inès Roux"),
    ("w.hartley", "W. Hartley"),
]
FR = {
    "title": [
        "{b} : mon avis après trois mois",
        "Problème de livraison chez {b}",
        "{b}, déçu du service client",
        "La nouvelle gamme {b} vaut-elle le coup ?",
        "{b} m'a bluffée",
        "Remboursement {b} : toujours rien",
    ],
    "pos": [
        "Franchement, {b} m'a surprise : emballage soigné, produit conforme.",
        "Je recommande {b} les yeux fermés, « rien à redire ».",
        "L'équipe de {b} a répondu en deux heures, chapeau !",
        "Qualité au rendez-vous, et le prix reste honnête. 👍",
    ],
    "neg": [
        "Trois semaines d'attente et aucune réponse de {b}, c'est inadmissible.",
        "Le colis {b} est arrivé cassé, évidemment hors garantie…",
        "Encore une fois facturé deux fois par {b}. Je passe chez un concurrent.",
        "Service client injoignable, j'ai laissé tomber.",
    ],
    "neu": [
        "Quelqu'un sait si {b} livre en Belgique ?",
        "J'ai comparé {b} avec deux autres marques, voici mes notes.",
        "La boutique {b} de Nantes rouvre le 12 du mois.",
        "Je cherche la notice du modèle 2024 de {b}.",
    ],
}
EN = {
    "title": [
        "{b}: my honest take after three months",
        "Delivery trouble with {b}",
        "{b} support let me down",
        "Is the new {b} range worth it?",
        "{b} blew me away",
        "{b} refund: still waiting",
    ],
    "pos": [
        "Honestly, {b} exceeded what I expected; packaging was spotless.",
        "I'd buy from {b} again without hesitation.",
        "{b} answered within two hours — kudos to the team!",
        "Solid build, fair price, would recommend. 👍",
    ],
    "neg": [
        "Three weeks waiting and not a word from {b}. Unacceptable.",
        "My {b} parcel turned up broken & they blame the courier…",
        "Charged twice by {b} again. I'm done with them.",
        "Nobody picks up the support line, so I gave up.",
    ],
    "neu": [
        "Does anyone know whether {b} ships to Ireland?",
        "I compared {b} with two other makers, notes below.",
        "The {b} shop in Leeds reopens on the 12th.",
        "Looking for the manual of the 2024 {b} model.",
    ],
}
T0 = dt.datetime(2025, 3, 3, 8, 15, tzinfo=dt.UTC)


def _body(rng, lang, brand, tone, paras):
    pool = lang[tone] * 2 + lang["neu"]
    return "\n\n".join(" ".join(s.format(b=brand) for s in rng.sample(pool, 3)) for _ in range(paras))


def _stamp(n):
    return T0 + dt.timedelta(hours=7 * n, minutes=(13 * n) % 60)


def build(threads=12, replies=8, articles=40, products=6, reviews=12, seed=7):
    rng, n = random.Random(seed), 0
    for a in range(articles):
        code, lang = (("fr", FR), ("en", EN))[a % 2]
        brand, tone = rng.choice(BRANDS), rng.choice(["pos", "neg", "neu"])
        login, name = rng.choice(AUTHORS)
        n += 1
        yield {
            "kind": "article",
            "key": f"art-{a:03d}",
            "lang": code,
            "brand": brand,
            "tone": tone,
            "login": login,
            "author": name,
            "title": rng.choice(lang["title"]).format(b=brand) + f" #{a}",
            "text": _body(rng, lang, brand, tone, 4),
            "date": _stamp(n).isoformat(),
            "tags": [brand, code],
        }
    for t in range(threads):
        code, lang = (("fr", FR), ("en", EN))[t % 2]
        brand = rng.choice(BRANDS)
        title = rng.choice(lang["title"]).format(b=brand) + f" (fil {t})"
        for r in range(replies + 1):
            tone = rng.choice(["pos", "neg", "neu"])
            login, name = rng.choice(AUTHORS)
            n += 1
            yield {
                "kind": "post",
                "key": f"thr-{t:03d}-{r:03d}",
                "thread": f"thr-{t:03d}",
                "position": r,
                "lang": code,
                "brand": brand,
                "tone": tone,
                "login": login,
                "author": name,
                "title": title,
                "text": _body(rng, lang, brand, tone, 1) + f" [k{t}-{r}]",
                "date": _stamp(n).isoformat(),
            }
    for p in range(products):
        brand = BRANDS[p % len(BRANDS)]
        for r in range(reviews):
            code, lang = (("fr", FR), ("en", EN))[(p + r) % 2]
            tone = rng.choice(["pos", "neg", "neu"])
            rating = {"pos": [4, 5], "neg": [1, 2], "neu": [3, 3]}[tone][r % 2]
            login, name = AUTHORS[r % len(AUTHORS)]
            n += 1
            yield {
                "kind": "review",
                "key": f"rev-{p:02d}-{r:02d}",
                "product": f"{brand} Model {p}",
                "lang": code,
                "brand": brand,
                "tone": tone,
                "login": login,
                "author": name,
                "rating": rating,
                "title": rng.choice(lang["title"]).format(b=brand),
                "text": _body(rng, lang, brand, tone, 1) + f" [r{p}-{r}]",
                "date": _stamp(n).isoformat(),
            }


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    for k, v in {"threads": 12, "replies": 8, "articles": 40, "products": 6, "reviews": 12, "seed": 7}.items():
        ap.add_argument("--" + k, type=int, default=v)
    sys.stdout.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in build(**vars(ap.parse_args())))

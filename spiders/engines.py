"""Forum engines, one row each: how to recognise the page, where its parts stand. A new engine is a new row.

Selectors are CSS; `css@attribute` reads an attribute; ` || ` separates alternatives tried in turn. All but `detect`,
`title`, `thread`, `board` and `next` are relative to one post. Markup facts: phpBB prosilver templates 3.0-3.3,
XenForo 2 `message_macros`, Discourse's crawler view (`topics/show.html.erb`), django-machina 1.3 board theme.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A row. `native_id` yields the post's number through its last group of digits; `number` its rank from 1.

    `quote` is another author's text; `drop` is furniture. `date` alternatives are parsed in turn. `row` is a
    thread's line on a board, `mark` what in it changes when someone replies. `feeds` are paths, relative to the
    forum's root, that part B may probe before HTML.
    """

    detect: str
    post: str
    native_id: str
    text: str
    author: str
    date: str
    title: str
    thread: str
    board: str
    next: str
    permalink: str = ""
    number: str = ""
    quote: str = "blockquote"
    drop: str = ""
    edited: str = ""
    likes: str = ""
    hidden: str = ""
    row: str = ""
    mark: str = ""
    feeds: tuple[str, ...] = ()


ENGINES: Mapping[str, Engine] = {
    "phpbb3": Engine(
        detect="body#phpbb, div.post[id^=p] .postbody",
        post="div.post[id^=p]",
        native_id="@id",
        text=".content",
        author=(
            "p.author .username || p.author .username-coloured || p.author strong || .postprofile .username || "
            ".postprofile dt a"
        ),
        date="p.author time@datetime || p.author time || p.author",
        title="h2.topic-title a || h2.topic-title || #page-body > h2 a || #page-body h2",
        thread="a.topictitle",
        board="a.forumtitle",
        next=".pagination a[rel=next] || .pagination li.next a || .pagination li.arrow.next a || a.right-box.right",
        permalink="p.author a[href*='p=']@href || .postbody h3 a[href*='p=']@href",
        drop=".attachbox, .signature, .notice, .codebox > p, .inline-attachment",
        edited=".notice time@datetime || .notice",
        row="li.row",
        mark="dd.posts || dd.lastpost a[href*='#p']@href",
        feeds=("feed", "feed.php", "app.php/feed"),
    ),
    "xenforo2": Engine(
        detect="html#XF, article.message--post[data-content^=post-]",
        post="article.message--post[data-content^=post-]",
        native_id="@data-content",
        text=".message-body .bbWrapper || .bbWrapper",
        author="@data-author || .message-name .username || .message-name",
        date=".message-attribution-main time@datetime || .message-attribution time@datetime || time.u-dt@datetime",
        title="h1.p-title-value",
        thread=(
            ".structItem-title a[href*='/threads/'] || .structItem-title a[data-tp-primary] || .structItem-title a"
        ),
        board=".node-title a",
        next="a.pageNav-jump--next",
        permalink=".message-attribution-main a[href*='post-']@href || .message-attribution a[href*='post-']@href",
        number=".message-attribution-opposite li:last-child a || .message-attribution-opposite a:last-child",
        quote="blockquote.bbCodeBlock--quote",
        drop=".bbCodeBlock-expandLink, .bbCodeBlock--unfurl, .message-signature, .js-lbImage",
        edited=".message-lastEdit time@datetime",
        likes="[itemprop=interactionStatistic] [itemprop=userInteractionCount]@content",
        hidden="message--deleted",
        row=".structItem--thread",
        mark=".structItem-cell--meta dd || .structItem-latestDate@datetime",
        feeds=("forums/-/index.rss",),
    ),
    "discourse": Engine(
        detect="meta[name=generator][content^=Discourse]",
        post="div.crawler-post, div[id^=post_][itemtype$='/DiscussionForumPosting'], div[id^=post_].topic-body",
        native_id="@id",
        text=".post[itemprop=text] || .post[itemprop=articleBody] || div.post",
        author="[itemprop=author] [itemprop=name] || .creator [itemprop=name] || .creator",
        date="time[itemprop=datePublished]@datetime || .crawler-post-infos time@datetime || time@datetime",
        title="#topic-title h1 a || #topic-title h1 || h1",
        thread=(
            "a.raw-topic-link, a.title.raw-link, .topic-list-item .link-top-line a.title, "
            "[itemprop=itemListElement] > a[itemprop=url]"
        ),
        board=".category-list a[itemprop=url] || .category-title-link || tr[data-category-id] h3 a",
        next="link[rel=next] || a[rel=next]",
        number="[itemprop=position] || @id",
        quote="aside.quote",
        drop=".onebox, .meta, .lightbox-wrapper .informations",
        edited="meta[itemprop=dateModified]@content || time[itemprop=dateModified]@datetime",
        likes=".post-likes",
        row="tr.topic-list-item",
        mark=".posts || td.replies",
        feeds=("latest.rss", "posts.rss"),
    ),
    "machina": Engine(
        detect=".card.post .post-content-wrapper, .card.topiclist, .card.forumlist .forum-name-col, .topic-name-link",
        post="div.card.post[id]",
        native_id="@id",
        text=".post-content",
        author=".post-sidebar .username || .post-content-wrapper p small a || .post-content-wrapper p small",
        date=".post-content-wrapper > p small || .post-content-wrapper p small",
        title="h1",
        thread="a.topic-name-link",
        board=(
            ".forum-name a[href*='/forum/'], .forum-name-col a[href*='/forum/'], .subforum-list a, "
            ".forumlist a[href*='/forum/']:not([href*='/topic/']):not([href*='/feeds/'])"
        ),
        next=".pagination li:not(.disabled):last-child a.page-link",
        permalink="h4.subject a[href*='post=']@href",
        drop=".post-signature, .attachments",
        edited=".edit-info, .post-content-wrapper .text-muted.updated",
        row=".topiclist .card-body > .row",
        mark=".topic-count || .topic-last-post a[href*='post=']@href",
    ),
}  # fmt: skip

"""Restores the pages and feeds of a rendered site to their source, and returns a report."""

from __future__ import annotations

import time
from pathlib import PurePosixPath

from prerender.errors import PageError
from prerender.markup import (
    FOLDER,
    is_font_file,
    is_picture_file,
    is_rendered_feed,
    restored_feed,
)
from prerender.pipeline.page import SHARED_ASSETS, is_xml, restored
from prerender.pipeline.render import failure, reports_of
from prerender.report.summary import PageReport, Report, Status
from prerender.site.assets import remove, remove_folder, remove_others
from prerender.site.files import (
    Site,
    copy_assets,
    feed_names,
    list_pages,
    read_source,
    write_page,
)
from prerender.source.encoding import decode, encode
from prerender.source.feeds import is_feed


def restore_site(site: Site) -> Report:
    """Restore the source of all pages and feeds of a site, byte for byte. Raises SiteError."""
    started = time.monotonic()
    feeds = [name for name in map(PurePosixPath, feed_names(site)) if _is_rendered(site, name)]
    pages = [name for name in list_pages(site) if name not in feeds]
    report = Report(reports_of(copy_assets(site, [*pages, *feeds])))
    report.pages += [_restore_page(site, page) for page in pages]
    report.pages += [_restore_page(site, name, feed=True) for name in feeds]
    root = site.output or site.root
    remove(root, SHARED_ASSETS)
    if site.is_whole:
        remove_others(root, is_font_file, keep=())
        remove_folder(root / FOLDER, is_picture_file)
    report.seconds = time.monotonic() - started
    return report


def _restore_page(site: Site, page: PurePosixPath, *, feed: bool = False) -> PageReport:
    data = b""
    try:
        data = read_source(site, page)
        source = _source(data) if feed else restored(data, xml=is_xml(page))
        changed = write_page(site, page, source)
        status: Status = "restored" if changed else "unchanged"
        return PageReport(str(page), status, written=changed, feed=feed)
    except Exception as error:
        result = failure(page, data, error, "feed" if feed else "page")
        return result.report(str(page), changed=False, written=False, feed=feed)


def _is_rendered(site: Site, feed: PurePosixPath) -> bool:
    """Whether a file is a feed that is rendered."""
    try:
        data = read_source(site, feed)
        return is_feed(data) and is_rendered_feed(decode(data, xml=True).text)
    except (OSError, PageError):
        return False


def _source(feed: bytes) -> bytes:
    """The bytes of a feed's source. Raises PageError."""
    text, codec = decode(feed, xml=True)
    return encode(restored_feed(text), codec)

"""Restores the pages of a rendered site to their source, byte for byte, and returns a report."""

from __future__ import annotations

import time
from pathlib import PurePosixPath

from prerender.markup import is_font_file
from prerender.pipeline.page import SHARED_ASSETS, is_xml, restored
from prerender.pipeline.render import failure
from prerender.report.summary import PageReport, Report
from prerender.site.assets import remove, remove_others
from prerender.site.files import Site, copy_assets, list_pages, read_source, write_page


def restore_site(site: Site) -> Report:
    """Restore the source of all pages of a site. Raises SiteError."""
    started = time.monotonic()
    pages = list_pages(site)
    copy_assets(site, pages)
    report = Report([_restore_page(site, page) for page in pages])
    remove(site.output or site.root, SHARED_ASSETS)
    if site.is_whole:
        remove_others(site.output or site.root, is_font_file, keep=())
    report.seconds = time.monotonic() - started
    return report


def _restore_page(site: Site, page: PurePosixPath) -> PageReport:
    data = b""
    try:
        data = read_source(site, page)
        changed = write_page(site, page, restored(data, xml=is_xml(page)))
        return PageReport(str(page), "restored" if changed else "unchanged", written=changed)
    except Exception as error:
        return failure(page, data, error).report(str(page), changed=False, written=False)

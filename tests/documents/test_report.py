"""The report as documents: valid, accessible, the same each time, and with nothing to run."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from justhtml import JustHTML
from pypdf import PdfReader

from documents.report.formats import Format
from documents.report.writing import write
from domain.period import term_period
from domain.statistics import Counts
from domain.term_report import TermReport, term_report
from tests.documents.test_typesetting import tags
from tests.rules.building import CALENDAR
from tests.rules.test_term_report import LARGE, NOW, POLICIES, a_report

REPORT = a_report(LARGE)
EMPTY = a_report(Counts())


def page(report: TermReport) -> tuple[str, Any]:
    text = write(report, Format.HTML).decode()
    return text, JustHTML(text, strict=True, sanitize=False)


@pytest.mark.parametrize("report", [REPORT, EMPTY], ids=["full", "empty"])
@pytest.mark.parametrize("as_", list(Format))
def test_the_same_report_gives_the_same_bytes(report: TermReport, as_: Format) -> None:
    assert write(report, as_) == write(report, as_)


def test_the_page_is_valid_and_accessible() -> None:
    text, document = page(REPORT)

    (html,) = document.query("html")
    assert html.attrs["lang"] == "en-GB"
    assert "Rowan Hill" in document.query("title")[0].to_text()
    assert len(document.query("h1")) == 1
    (skip,) = document.query("a.skip")
    assert document.query(skip.attrs["href"])
    for link in document.query("nav a"):
        assert document.query(link.attrs["href"]), link
    tables = document.query("table")
    assert len(tables) == 1 + len(REPORT.tables)
    for one in tables:
        assert len(one.query("caption")) == 1
        assert all(head.attrs["scope"] in ("col", "row") for head in one.query("th"))
        assert all(len(row.query("th")) >= 1 for row in one.query("tr"))
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_the_page_needs_nothing_from_elsewhere() -> None:
    text, document = page(REPORT)

    assert not document.query("script, link, iframe")
    assert all(one.attrs["src"].startswith("data:image/svg+xml") for one in document.query("img"))
    assert "@import" not in text
    assert "url(" not in text


def test_each_plot_has_its_words_and_its_table() -> None:
    _, document = page(REPORT)

    words = [one.attrs["alt"] for one in document.query("img")]
    assert len(words) == 4
    assert any("Warning, 8" in alt for alt in words)
    assert any("Acknowledge the concern: met on time 20, met late 0, missed 7" in a for a in words)
    assert any("Warning: median 3, 90th percentile withheld" in alt for alt in words)
    for figure in document.query("figure"):
        assert figure.parent.query("table")


def test_an_empty_term_says_so_kindly() -> None:
    text, document = page(EMPTY)

    assert "nothing to report, and nothing is missing" in text
    assert not document.query("table")
    assert "nothing is missing" in " ".join(pdf_text(EMPTY).split())


def test_a_school_s_name_is_text_and_no_formula_or_markup() -> None:
    name = "=1+1 <script>alert(1)</script>"
    period = term_period(CALENDAR, NOW)
    report = term_report(name, period, NOW, LARGE, POLICIES)

    assert "<script>" not in write(report, Format.HTML).decode()
    assert rows(report)[0]["school"].startswith("'=1+1")
    assert "<script>" in pdf_text(report)


def test_the_pdf_is_tagged_with_words_for_each_plot() -> None:
    pdf = write(REPORT, Format.PDF)
    document: Any = PdfReader(io.BytesIO(pdf))

    assert document.root_object["/Lang"] == "en-GB"
    assert document.metadata.title == REPORT.title
    assert document.metadata.creation_date == datetime(2026, 12, 20, 12, tzinfo=UTC)
    assert {"/H1", "/H2", "/Figure", "/Table", "/THead", "/TH"} <= tags(pdf)
    assert "[c]" in pdf_text(REPORT)


def test_every_number_is_in_the_csv() -> None:
    lines = rows(REPORT)

    found = {(line["table"], line["row"], line["column"]): line["value"] for line in lines}
    assert found["Cases", "Parent conduct", "Opened"] == "20"
    assert found["Time at each step, in school days", "Raised", "Median"] == "5.5"
    assert found["Time at each step, in school days", "Complaint", "Median"] == "[c]"
    assert found["In brief", "Duties missed", ""] == "7"
    assert len(found) == len(lines)


def test_the_json_holds_the_whole_report() -> None:
    assert TermReport.model_validate(json.loads(write(REPORT, Format.JSON))) == REPORT


def rows(report: TermReport) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(write(report, Format.CSV).decode("utf-8-sig"))))


def pdf_text(report: TermReport) -> str:
    pages = PdfReader(io.BytesIO(write(report, Format.PDF))).pages
    return "\n".join(one.extract_text() for one in pages)

"""A diagnosis for people: as text for a terminal and as a page that stands alone, in Chinese and English."""

from __future__ import annotations

import unicodedata
from html import escape
from itertools import zip_longest

from mining.change import Change
from mining.dfg import readable
from mining.dfg_drawing import draw
from mining.diagnosis import Diagnosis
from mining.errors import LayoutFailed
from mining.objects import ObjectView
from webui.report_style import STYLE
from webui.report_tables import Cell, Labels, Section, Table, Writer, headline, key_figures, sections
from webui.report_tables.change import change
from webui.report_tables.objects import objects


def as_text(diagnosis: Diagnosis, labels: Labels | None = None, language: str = "zh") -> str:
    """The report for a terminal; its first line names the worst bottleneck in a sentence. `labels` names activities."""
    writer = Writer(language, labels or str)
    lines = [headline(diagnosis, writer), ""]
    lines += [f"{name}: {value}" for name, value in key_figures(diagnosis, writer)]
    for section in sections(diagnosis, writer):
        lines += ["", *_text_section(section)]
    return "\n".join(lines) + "\n"


def change_as_text(found: Change, labels: Labels | None = None, language: str = "zh") -> str:
    """Two groups of cases side by side for a terminal."""
    return "\n".join(_text_section(change(found, Writer(language, labels or str)))) + "\n"


def objects_as_text(view: ObjectView, labels: Labels | None = None, language: str = "zh") -> str:
    """The objects of a log for a terminal."""
    return "\n".join(_text_section(objects(view, Writer(language, labels or str)))) + "\n"


def _text_section(section: Section) -> list[str]:
    lines = [f"== {section.heading} ==", *section.sentences]
    return [*lines, *(line for table in section.tables for line in _text_table(table))]


def as_html(
    diagnosis: Diagnosis,
    labels: Labels | None = None,
    language: str = "zh",
    *,
    name: str = "",
    picture: bool = True,
) -> str:
    """The report as one HTML file: no script, nothing from elsewhere. `labels` names activities, `name` the log.

    A picture that Graphviz cannot draw in time is left out with the reason.
    """
    writer = Writer(language, labels or str)
    title = f"{writer.say('title')} · {name or diagnosis.log}"
    parts = [_html_section(section) for section in sections(diagnosis, writer)]
    if picture and diagnosis.graph.nodes:
        parts.insert(min(2, len(parts)), _picture(diagnosis, writer))
    return (
        f'<!doctype html>\n<html lang="{"en" if language == "en" else "zh-CN"}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"{_head(diagnosis, writer, name or diagnosis.log)}\n<main>\n{''.join(parts)}</main>\n</body>\n</html>\n"
    )


def _head(diagnosis: Diagnosis, writer: Writer, name: str) -> str:
    figures = "".join(
        f"<div class=figure><dt>{escape(title)}</dt><dd>{escape(value)}</dd></div>"
        for title, value in key_figures(diagnosis, writer)
    )
    models = f" · {writer.say('model')}: {', '.join(diagnosis.models)}" if diagnosis.models else ""
    return (
        f"<header><p class=kind>{escape(writer.say('title'))}</p><h1>{escape(name)}</h1>"
        f"<p class=lead>{escape(headline(diagnosis, writer))}</p>"
        f"<dl class=figures>{figures}</dl><p class=small>{escape(writer.say('generated') + models)}</p></header>"
    )


def _html_section(section: Section) -> str:
    sentences = [escape(sentence) for sentence in section.sentences]
    if section.key == "notes":
        body = "<ul>" + "".join(f"<li>{sentence}</li>" for sentence in sentences) + "</ul>"
    else:
        body = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    tables = "".join(_html_table(table) for table in section.tables)
    return f"<section id={section.key}><h2>{escape(section.heading)}</h2>{tables if tables else ''}{body}</section>\n"


def _html_table(table: Table) -> str:
    if not table.rows:
        return ""
    numbers = [cell.number for cell in table.rows[0]]
    head = "".join(
        f"<th{' class=n' if number else ''}>{escape(column)}</th>"
        for column, number in zip(table.columns, numbers, strict=True)
    )
    rows = "".join("<tr>" + "".join(_html_cell(cell) for cell in row) + "</tr>" for row in table.rows)
    heading = f"<h3>{escape(table.heading)}</h3>" if table.heading else ""
    more = f"<p class=small>… +{table.in_all - len(table.rows):,}</p>" if table.in_all > len(table.rows) else ""
    return f"{heading}<div class=wide><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{more}"


def _html_cell(cell: Cell) -> str:
    text = escape(cell.text)
    if cell.bar is not None:
        width = max(0.0, min(1.0, cell.bar)) * 100
        bar = f'<svg class=bar viewBox="0 0 100 8" preserveAspectRatio="none"><rect width="{width:.2f}" height="8"/></svg>'
        return f"<td class=b>{bar}<span>{text}</span></td>"
    return f"<td class=n>{text}</td>" if cell.number else f"<td>{text}</td>"


def _picture(diagnosis: Diagnosis, writer: Writer) -> str:
    heading = writer.say("picture")
    shown = readable(diagnosis.graph)
    try:
        svg = draw(shown, label=writer.labels, duration=writer.time, title=heading)
    except LayoutFailed as error:
        body = f"<p>{escape(writer.say('no_picture', reason=str(error)))}</p>"
    else:
        remark = writer.say(
            "more_edges",
            nodes=len(shown.nodes),
            edges=len(shown.edges),
            all_nodes=len(diagnosis.graph.nodes),
            all_edges=len(diagnosis.graph.edges),
        )
        body = f"<div class=picture>{svg}</div><p class=small>{escape(remark)}</p>"
    return f"<section id=picture><h2>{escape(heading)}</h2>{body}</section>\n"


# --- text tables ------------------------------------------------------------------------------------------------------

WIDEST = 44  # columns of a terminal that a cell may take; longer texts go on below


def _text_table(table: Table) -> list[str]:
    if not table.rows:
        return []
    lines = ["", f"{table.heading}:"] if table.heading else [""]
    shown = table.narrow or tuple(range(len(table.columns)))
    rows = [[table.columns[at] for at in shown], *([row[at].text for at in shown] for row in table.rows)]
    cells = [[_folded(text) for text in row] for row in rows]
    widths = [max(_columns(line) for row in cells for line in row[at]) for at in range(len(shown))]
    numbers = [table.rows[0][at].number for at in shown]
    for row in cells:
        for line in zip_longest(*row, fillvalue=""):
            padded = (_padded(t, w, right=n) for t, w, n in zip(line, widths, numbers, strict=True))
            lines.append("  ".join(padded).rstrip())
    if table.in_all > len(table.rows):
        lines.append(f"… {table.in_all - len(table.rows):,}")
    return lines


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _padded(text: str, width: int, *, right: bool) -> str:
    blanks = " " * (width - _columns(text))
    return blanks + text if right else text + blanks


def _folded(text: str) -> list[str]:
    """The text in lines of at most WIDEST columns, parted at blanks where there are any."""
    lines, rest = [], text
    while _columns(rest) > WIDEST:
        fits = next(at for at in range(len(rest), 0, -1) if _columns(rest[:at]) <= WIDEST)
        blank = rest.rfind(" ", 0, fits + 1)
        at = blank if blank > fits // 2 else fits
        lines.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*lines, rest]

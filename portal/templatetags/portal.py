"""Words that every template may use: money, dates, states, addresses, and the boxes that wrap content."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField
from django.http import QueryDict
from django.template import Context
from django.template.base import Parser, Token
from django.template.loader import render_to_string
from django.templatetags.i18n import TranslateNode, do_translate
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import get_language, gettext, ngettext

from portal.documents.links import link
from portal.documents.models import Document
from portal.kit import clock, words, workdays
from portal.kit import won as money
from portal.kit.access import page_of

register = template.Library()


# ── Money ────────────────────────────────────────────────────────────────────────────────────────────
@register.filter
def won(amount: int | None) -> str:
    """`320,000,000원` / `KRW 320,000,000`."""
    return money.won(amount)


@register.filter
def won_long(amount: int | None) -> str:
    """`320,000,000원 (3억 2천만원)`."""
    return money.won_long(amount)


@register.filter
def won_words(amount: int | None) -> str:
    return "—" if amount is None else money.won_words(amount)


@register.filter
def digits(number: Any) -> str:
    """`1,234,567`: for tables whose heading says the unit once."""
    return "—" if number in (None, "") else f"{number:,}"


@register.filter
def of_hundred(points: int) -> str:
    """Hundredths of a point, as scores are stored, in the one unit in which they are shown: 9,227 → `92.3`; sums of many: `12,345.6`."""
    return f"{points / 100:,.1f}"


@register.filter
def percent(rate: Any) -> str:
    """0.85 → `85%`; `None` → an em dash."""
    return "—" if rate is None else f"{float(rate) * 100:.1f}".rstrip("0").rstrip(".") + "%"


# ── Words in two languages ───────────────────────────────────────────────────────────────────────────
class FixedWords(template.Node):
    """`{% translate "Save" %}`: the same words for every reader of a language, looked up once a process."""

    child_nodelists = ()

    def __init__(self, node: TranslateNode) -> None:
        self.node, self.asvar = node, node.asvar
        self.kept: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        found = self.kept.get(language)
        if found is None:
            found = self.node.render(context)
            if self.asvar:
                found = context[self.asvar]
            self.kept[language] = found
        if self.asvar:
            context[self.asvar] = found
            return ""
        return found


@register.tag("translate")
def translate(parser: Parser, token: Token) -> template.Node:
    """Django's own tag; where the words are written out in the template they are remembered."""
    quoted = token.contents.split(None, 1)[1:2]
    node = do_translate(parser, token)
    fixed = quoted and quoted[0][0] in "\"'" and not node.filter_expression.filters
    return FixedWords(node) if fixed else node


@register.filter
def pick(source: Any, name: str) -> str:
    """`{{ round|pick:"title" }}`: `title_ko` or `title_en`."""
    return words.pick(source, name)


_NUMBER = re.compile(r"(?<!\w)(?:[A-Z]{2,5}-)?[A-Z]?\d{4}-\d{4,}(?!\w)")


@register.filter
def whole_numbers(text: Any) -> SafeString:
    """`… A2027-00002` with its number kept on one line; the text is escaped."""
    return mark_safe(_NUMBER.sub(r'<span class="nowrap">\g<0></span>', conditional_escape(text)))


@register.filter
def or_unpublished(value: Any) -> Any:
    """A null of a reference row is said, not hidden."""
    return gettext("Not published") if value in (None, "") else value


# ── Time ─────────────────────────────────────────────────────────────────────────────────────────────
def _stamp(moment: datetime, *, begins: bool = False) -> str:
    """Midnight that ends a day is written 24:00 of that day, as Korean offices do; one at which something begins 00:00."""
    local = clock.to_kst(moment)
    hour = f"{local.hour:02}:{local.minute:02}"
    if hour == "00:00" and not begins:
        local, hour = local - timedelta(days=1), "24:00"
    day = words.day(local.date())
    return f"{day} {hour}" if words.korean() else f"{day}, {hour} (KST)"


@register.filter
def plain_number(number: Any) -> str:
    """A decimal as people write it: `1,250.5`, without trailing noughts."""
    return f"{number:,.2f}".rstrip("0").rstrip(".")


@register.filter
def gantt_month(day: date) -> str:
    """What stands beside a month's line in a picture: `3월`, `Mar`; in January the year."""
    if day.month == 1:
        return str(day.year)
    return f"{day.month}월" if words.korean() else words.MONTHS[day.month - 1]


@register.filter
def kst(moment: datetime | date | None) -> str:
    """`2026. 11. 23.(월) 18:00` / `23 Nov 2026, 18:00 (KST)`, inside `<time>`; a plain date has no hour."""
    if not moment:
        return "—"
    if isinstance(moment, datetime):
        return _time(clock.to_kst(moment).isoformat(timespec="minutes"), _stamp(moment))
    return _time(moment.isoformat(), words.day(moment))


@register.filter
def kst_from(moment: datetime | None) -> str:
    """Like `kst`, of a moment at which something begins: `2026. 11. 24.(화) 00:00`, never 24:00 of the day before."""
    return _time(clock.to_kst(moment).isoformat(timespec="minutes"), _stamp(moment, begins=True)) if moment else "—"


@register.filter
def kst_from_text(moment: datetime | None) -> str:
    """Like `kst_from`, without markup."""
    return _stamp(moment, begins=True) if moment else "—"


@register.filter
def kst_day(moment: datetime | date | None) -> str:
    """The day alone. For an instant that ends a day (24:00) it is that day."""
    if not moment:
        return "—"
    if isinstance(moment, datetime):
        moment = clock.to_kst(moment - timedelta(microseconds=1)).date()
    return _time(moment.isoformat(), words.day(moment))


def _time(stamp: str, shown: str) -> SafeString:
    """Both are made of digits and of our own words: nothing to escape."""
    return SafeString(f'<time datetime="{stamp}">{shown}</time>')


@register.filter
def kst_text(moment: datetime | date | None) -> str:
    """Like `kst`, without markup: for titles and attributes."""
    if not moment:
        return "—"
    return _stamp(moment) if isinstance(moment, datetime) else words.day(moment)


@register.filter
def workdays_left(due: datetime | None) -> str:
    """`3 working days left`, `due today`, `2 working days late`; a day of rest ahead is not today."""
    if not due:
        return ""
    left = workdays.left(due, clock.now())
    if left < 0 or due <= clock.now():
        late = max(-left, 1)
        return ngettext("%(n)d working day late", "%(n)d working days late", late) % {"n": late}
    if left == 0:
        rests = clock.to_kst(due - timedelta(microseconds=1)).date() > clock.to_kst(clock.now()).date()
        return gettext("due before the next working day") if rests else gettext("due today")
    return ngettext("%(n)d working day left", "%(n)d working days left", left) % {"n": left}


@register.filter
def due_tone(due: datetime | None) -> str:
    """late · soon (two working days or less) · calm: for class names."""
    if not due:
        return "calm"
    if due <= clock.now():
        return "late"
    return "soon" if workdays.left(due, clock.now()) <= 2 else "calm"


@register.filter
def duty_tone(duty: Any) -> str:
    """A duty's tone; one whose clock stands is calm, however long ago its day was."""
    return "calm" if duty.paused_at else due_tone(duty.due_at)


@register.simple_tag
def due(moment: datetime | None, label: str = "") -> SafeString:
    """`{% due duty.due_at %}`: the day, and how many working days are left. No template: lists show one in every row."""
    if not moment:
        return format_html('<span class="due due-calm">{}</span>', gettext("no due date"))
    before = format_html('<span class="due-label">{}</span> ', label) if label else ""
    return format_html(
        '<span class="due due-{}">{}<span class="due-day">{}</span> <span class="due-left">{}</span></span>',
        due_tone(moment), before, kst(moment), workdays_left(moment),
    )  # fmt: skip


@register.filter
def browser_name(agent: str) -> str:
    """`Chrome · Windows` out of a user agent: what a person recognises; the rest is of no use to them."""
    names = (("Whale", "Whale"), ("SamsungBrowser", "Samsung Internet"), ("Edg", "Edge"), ("Firefox", "Firefox"),
             ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
    systems = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
               ("Linux", "Linux"))  # fmt: skip
    name = next((gettext(word) for mark, word in names if mark in agent), gettext("Unknown browser"))
    system = next((word for mark, word in systems if mark in agent), "")
    return f"{name} · {system}" if system else name


# ── States ───────────────────────────────────────────────────────────────────────────────────────────
_CODES = {
    "neutral": """
        DRAFT DRAFTING PLANNED ANNOUNCED EXPIRED ARCHIVED WITHDRAWN MATCH_ENDED CLOSED RELEASED NONE NOT_STARTED
        SUPERSEDED UNSCANNED CANCELLED VOID SKIPPED ENDED UNREGISTERED RECUSED DISCARDED LAPSED SPENT
        DESTROYED OPTED_OUT RETIRED EMBARGOED UNCHANGED STOPPED
    """,
    "progress": """
        IN_PROGRESS IN_EVALUATION ELIGIBILITY_CHECK SUBMITTED RECEIVED IN_REVIEW REVIEW REVIEWING UNDER_REVIEW
        EVALUATING ASSIGNED SENT VIEWED SENDING PROCESSING PAYING CLAIMED QUARANTINED RUNNING COMMITTED RESERVED FILED APPLIED
        VERIFYING METADATA_CHECK PROPOSED POSTED NOTIFIED COMPANY_CONFIRMED COMPANY_ACCEPTED EVIDENCE_CHECKED
        MAKING DETECTED HEARD REPORTED CHANGED REGISTERED IN_FORCE PREPARING PROVISIONED IN_USE INVITING JOINED LETTER_FILED SETTLING AGREEMENT_READY
    """,
    "done": """
        DONE COMPLETE OPEN AVAILABLE ELIGIBLE SELECTED AWARDED ACCEPTED ACTIVE APPROVED PAID COMPLETED CONFIRMED
        CLEAN SIGNED ISSUED EXEMPT EXEMPTION_CONFIRMED RECOGNISED WAIVED VERIFIED CERTIFIED GRANTED ADOPTED
        ADOPTED_WITH_LOCAL_CONDITION LOCKED MATCHED PUBLISHED ATTENDED MET READY ANSWERED CREATED
    """,
    "wait": """
        ENTERED FIX NEEDS_WORK SUPPLEMENT_REQUESTED RETURNED REQUESTED REVISION_REQUESTED REVISE WAITING INVITED MISSED
        NEEDS_SUPPLEMENT SUPPLEMENT QUOTED RESERVE PENDING JOINT_PENDING TO_SIGN AWAITING_SIGNATURES PARKED UNCLEAR UNKNOWN DUE DESTRUCTION_DUE
        SUSPENDED PAUSED CONDITIONAL CLARIFYING ASKED NO_MATCH SENT_BACK NEEDS_PERSON GONE
        NOTICED ORDERED REFUND_DUE OVERPAID
    """,
    "danger": """
        LATE OVERDUE REJECTED REFUSED INELIGIBLE NOT_SELECTED FAILED NOT_SENT TERMINATED DECLINED INFECTED
        REVOKED DISPUTED DISAPPROVED OBJECTED DECLINED_BY_PROVIDER DECLINED_BY_COMPANY NOT_MET
        ENFORCED DISALLOWED
    """,
}
TONES: dict[str, str] = {code: tone for tone, codes in _CODES.items() for code in codes.split()}


@register.filter
def tone_of(code: Any) -> str:
    """The tone of a state's tag, by its code; unknown codes are neutral."""
    return TONES.get(str(getattr(code, "value", code) or "").upper(), "neutral")


@register.simple_tag
def status_tag(code: Any, label: str = "", tone: str = "") -> SafeString:
    """`{% status_tag application.status application.get_status_display %}`; a `Codes` member brings its own label.

    The same mark-up as components/tag.html, without a template: lists show one in every row.
    """
    words_ = label or getattr(code, "label", "") or code
    return format_html('<span class="state-tag tone-{}">{}</span>', tone or tone_of(code), words_)


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────
@register.simple_tag(takes_context=True)
def file_link(context: Context, document: Document, address: str) -> SafeString:
    """`{% file_link row.document url %}`: a link for who may open the file; else its name and why it is closed."""
    return link(document, address, by=context["request"].user)


# ── Addresses ────────────────────────────────────────────────────────────────────────────────────────
@register.simple_tag
def path(address: str) -> str:
    """A path without language prefix, in the reader's language: `/rounds/` → `/en/rounds/`."""
    return in_language(address, get_language() or "ko")


@register.filter
def here(address: str) -> str:
    """`{{ duty.url|here }}`: the filter form of `path`."""
    return in_language(address, get_language() or "ko")


def in_language(address: str, language: str) -> str:
    if not address.startswith("/") or address.startswith(("/api/", "/static/")):
        return address
    bare = "/" + address[4:] if address.startswith("/en/") else ("/" if address == "/en" else address)
    return f"/en{bare}" if language.startswith("en") else bare


@register.simple_tag(takes_context=True)
def same_page(context: Context, language: str) -> str:
    """This very page, filters and all, in the other language; after a refused form the page on which it stood."""
    request = context.get("request")
    if request is None:
        return "/en/" if language == "en" else "/"
    inside = getattr(getattr(request, "htmx", None), "current_url_abs_path", None)
    return in_language(inside or page_of(request, request.path), language)


@register.simple_tag(takes_context=True)
def query_replace(context: Context, **changes: Any) -> str:
    """`?page=2` with every other parameter of the address kept; an empty value drops its parameter."""
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    for key, value in changes.items():
        if value in (None, ""):
            query.pop(key, None)
        else:
            query[key] = value
    return "?" + (query.urlencode() if query else "")


@register.simple_tag
def crumb(label: str, url: str = "") -> SafeString:
    """A step of the breadcrumb; without address it is the page itself."""
    if url:
        return format_html('<li><a class="txt" href="{}">{}</a></li>', in_language(url, get_language() or "ko"), label)
    return format_html('<li><span class="txt" aria-current="page">{}</span></li>', label)


# ── The house ────────────────────────────────────────────────────────────────────────────────────────
@register.simple_tag
def setting(name: str) -> Any:
    """The settings that templates may know."""
    return getattr(settings, name) if name in {"DEMO", "SHOW_GOV_MASTHEAD", "BASE_URL", "OPERATOR_CONTACT"} else None


register.simple_tag(words.dash, name="dash")


# ── Forms ────────────────────────────────────────────────────────────────────────────────────────────
@register.filter
def error_target(field: BoundField) -> str:
    """The id that a link of the error summary leads to."""
    first = f"{field.auto_id}_0"
    return field.id_for_label or (first if field.field.widget.__class__.__name__ != "SelectDateWidget" else field.auto_id)


@register.filter
def bare(label: Any) -> str:
    """A label without its full stop, to stand before a colon."""
    return str(label).rstrip(" .:?")


@register.filter
def form_groups(form: Any) -> Iterator[dict[str, Any]]:
    """The visible fields in the form's own `groups`, the rest last."""
    seen: set[str] = set()
    for title, hint, names in getattr(form, "groups", []):
        fields = [form[name] for name in names if name in form.fields and not form[name].is_hidden]
        seen.update(names)
        if fields:
            yield {"title": title, "hint": hint, "fields": fields, "id": slugify(str(title), allow_unicode=True)}
    rest = [field for field in form.visible_fields() if field.name not in seen]
    if rest:
        yield {"title": "", "hint": "", "fields": rest, "id": "rest"}


@register.filter
def kind_of(field: BoundField) -> str:
    """checkbox · choices · file · text: which dress the field wears."""
    widget = field.field.widget
    kind = getattr(widget, "input_type", "")
    if kind == "checkbox" and not hasattr(widget, "choices"):
        return "checkbox"
    if field.use_fieldset:
        return "choices"
    return "file" if kind == "file" else "text"


# ── Boxes that wrap content ──────────────────────────────────────────────────────────────────────────
@register.simple_block_tag
def card(content: str, title: str = "", tone: str = "plain", level: int = 2, id: str = "") -> str:
    """`{% card title=_("Budget") tone="wait" %}…{% endcard %}`; tones: plain, quiet, wait, danger, done."""
    return _box("components/card.html", content, title=title, tone=tone, level=level, id=id)


@register.simple_block_tag
def help(content: str, title: str) -> str:
    """Contextual help that unfolds where it is needed: `{% help _("What is a DRB?") %}…{% endhelp %}`."""
    return _box("components/help.html", content, title=title)


@register.simple_block_tag
def modal(content: str, id: str, title: str, opener: str = "", kind: str = "tertiary") -> str:
    """A dialog and the button that opens it. Never the only way to a verb: without JavaScript it may stay shut."""
    return _box("components/modal.html", content, id=id, title=title, opener=opener, kind=kind)


def _box(template_name: str, content: str, **context: Any) -> str:
    return render_to_string(template_name, {"content": mark_safe(content), **context})


@register.filter
def page_numbers(page: Any) -> list[int | str]:
    """1 … 4 5 6 … 99: the pages worth a link."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return [n if isinstance(n, int) else "…" for n in numbers]  # Django writes the dots otherwise in Korean

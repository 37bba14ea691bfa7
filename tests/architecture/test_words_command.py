"""What `manage.py words` leaves behind in the process that ran it."""

import shutil
from pathlib import Path

from django.core.management import call_command
from django.utils.translation import gettext, override, reloader

ROOT = Path(__file__).resolve().parents[2]


def test_a_process_that_compiles_speaks_the_new_words(settings, tmp_path):
    """A first start compiles and seeds in one process; what it had read before there were words must not stay."""
    shutil.copytree(ROOT / "locale", tmp_path / "locale")
    settings.BASE_DIR, settings.LOCALE_PATHS = tmp_path, [tmp_path / "locale"]
    source = tmp_path / "locale" / "ko" / "portal.desk.po"
    with override("ko"):
        assert gettext("A word of this test") == "A word of this test"
    source.write_text(
        source.read_text(encoding="utf-8") + '\nmsgid "A word of this test"\nmsgstr "시험의 낱말"\n', encoding="utf-8"
    )
    call_command("words")
    with override("ko"):
        assert gettext("A word of this test") == "시험의 낱말"
    reloader.translation_file_changed(None, Path("django.mo"))  # the tests after this one read the house's own words

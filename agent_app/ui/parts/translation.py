"""Chinese and English, switched while the window is open: English is in the code, Chinese in ``huawu_zh_CN.qm``."""

import logging

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from agent_app.ui.parts.paths import TRANSLATIONS
from shared.enums import Language

log = logging.getLogger(__name__)


def system_language() -> Language:
    """English on a PC in English, else Chinese."""
    return Language.EN if QLocale.system().language() == QLocale.Language.English else Language.ZH


class Translation:
    """``use`` sets the language; every widget gets a ``LanguageChange`` event. Without the file the language stays English, and the log has a warning."""

    def __init__(self, app: QApplication) -> None:
        self._app = app
        self._ours, self._qts = QTranslator(), QTranslator()
        self.language: Language | None = None

    def use(self, language: Language) -> None:
        if language == self.language:
            return
        self.language = language
        QLocale.setDefault(QLocale(QLocale.Language.Chinese if language is Language.ZH else QLocale.Language.English))
        for translator in (self._ours, self._qts):
            self._app.removeTranslator(translator)
        if language is Language.ZH:
            self._load(self._qts, "qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
            self._load(self._ours, "huawu_zh_CN", str(TRANSLATIONS))

    def _load(self, translator: QTranslator, name: str, folder: str) -> None:
        if translator.load(name, folder):
            self._app.installTranslator(translator)
        else:
            log.warning("translation %s is missing in %s", name, folder)

"""``language``: sets the language of all that is said from here on."""

from typing import Literal

from shared.enums import Language
from switch_server.core.flow.step import Step
from switch_server.core.flow.walk import Walk

OTHER = {Language.ZH: Language.EN, Language.EN: Language.ZH}


class SetLanguage(Step, frozen=True, tag="language", forbid_unknown_fields=True):
    """``other``: of the two languages the one that is not spoken now."""

    language: Literal["zh_CN", "en", "other"]
    next: str

    def targets(self) -> list[tuple[str, str]]:
        return [("next", self.next)]

    def summary(self) -> str:
        return self.language

    def enter(self, walk: Walk) -> None:
        walk.language = OTHER[walk.language] if self.language == "other" else Language(self.language)
        walk.go(self.next, walk.language.value)

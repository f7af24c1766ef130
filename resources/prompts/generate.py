"""Speaks every segment of texts.yaml and the stock names into 8 kHz A-law WAV files. 生成语音段。

    python resources/prompts/generate.py                     makes missing and changed files, by Kokoro
    python resources/prompts/generate.py --engine espeak     makes missing files and those of changed texts, by espeak-ng (a quick stopgap)
    python resources/prompts/generate.py --check             lists missing and changed files, writes nothing

The order is deterministic, and the program may be stopped at any time; to use two cores, run one process for each --language.
README.md beside this file lists the packages to install. None of them is needed at run time.
"""
# ruff: noqa: INP001, T201  # a script, not a package; it talks on the terminal

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from engines import (  # noqa: E402
    KOKORO_RATE,
    LIST_WEIGHT,
    EspeakEngine,
    KokoroEngine,
    goes_into_list,
    list_speed,
    weight,
)

from switch_server.services.prompt_audio import Samples, alaw_wav, for_telephone  # noqa: E402

Engine = EspeakEngine | KokoroEngine
Naming = Callable[[str, str], str]
"""Maps (text, language) to the engine's name for the manifest."""

LANGUAGES = ("zh_CN", "en")
PIPELINE = "1"
"""To be raised when the processing from text to file changes, so that all files are made again."""


def texts(language: str) -> dict[str, str]:
    """The spoken text by segment name, sentences first, in the order of the files."""
    table = yaml.safe_load((HERE / "texts.yaml").read_text("utf-8"))
    spoken = {name: words[language] for name, words in table.items() if language in words}
    for stock in yaml.safe_load((HERE.parent / "demo" / "stocks.yaml").read_text("utf-8")):
        name = stock.get("speak_zh", stock["name"]) if language == "zh_CN" else stock.get("speak_en", stock["english"])
        spoken[f"stock/{stock['code']}"] = name
    return spoken


def text_hash(text: str, engine: str) -> str:
    return hashlib.sha256(f"{PIPELINE}|{engine}|{text}".encode()).hexdigest()[:16]


class Manifest:
    """The text and the engine of each file: ``<language>/manifest.json``."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "manifest.json"
        self.rows: dict[str, dict[str, str]] = json.loads(self._path.read_text("utf-8")) if self._path.exists() else {}

    def save(self) -> None:
        scratch = self._path.with_suffix(".tmp")
        rows = json.dumps(dict(sorted(self.rows.items())), ensure_ascii=False, indent=1)
        scratch.write_text(rows + "\n", "utf-8")
        scratch.replace(self._path)


def stale(language: str, manifest: Manifest, name_of: Naming) -> list[tuple[str, str]]:
    """(name, text) of the segments to make. espeak keeps every file whose text is unchanged; Kokoro also replaces espeak's files."""
    out = []
    for name, text in texts(language).items():
        row, engine = manifest.rows.get(name), name_of(text, language)
        if row and engine.startswith("espeak"):
            engine = row["engine"]
        fresh = row is not None and row["hash"] == text_hash(text, engine)
        if not fresh or not (HERE / language / f"{name}.wav").exists():
            out.append((name, text))
    return out


def batches(work: list[tuple[str, str]], language: str, engine: Engine) -> Iterator[list[tuple[str, str]]]:
    """First the short texts in lists of one speed each, then the sentences one at a time."""
    short = [row for row in work if isinstance(engine, KokoroEngine) and goes_into_list(row[1], language)]
    short.sort(key=lambda row: list_speed(row[1], language))
    batch: list[tuple[str, str]] = []
    for name, text in short:
        full = sum(weight(one, language) for _, one in batch) + weight(text, language) > LIST_WEIGHT
        if batch and (full or list_speed(batch[0][1], language) != list_speed(text, language)):
            yield batch
            batch = []
        batch.append((name, text))
    if batch:
        yield batch
    yield from ([row] for row in work if row not in short)


def speak(batch: list[tuple[str, str]], language: str, engine: Engine) -> list[tuple[Samples, int]]:
    if isinstance(engine, KokoroEngine) and goes_into_list(batch[0][1], language):
        return [(one, KOKORO_RATE) for one in engine.speak_list([text for _, text in batch], language)]
    return [engine.speak(text, language) for _, text in batch]


def generate(language: str, engine: Engine, only: str) -> None:
    folder = HERE / language
    folder.mkdir(exist_ok=True)
    manifest = Manifest(folder)
    work = [(name, text) for name, text in stale(language, manifest, engine.name) if fnmatch(name, only)]
    began, done = time.monotonic(), 0
    for batch in batches(work, language, engine):
        for (name, text), (samples, rate) in zip(batch, speak(batch, language, engine), strict=True):
            path = folder / f"{name}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(alaw_wav(for_telephone(samples, rate)))
            made_by = engine.name(text, language)
            manifest.rows[name] = {"text": text, "engine": made_by, "hash": text_hash(text, made_by)}
        manifest.save()
        done += len(batch)
        left = (time.monotonic() - began) / done * (len(work) - done)
        print(f"{done}/{len(work)} {language}/{name} {text}  ({left:.0f} s left)", flush=True)
    drop_unknown(language, manifest)


def drop_unknown(language: str, manifest: Manifest) -> None:
    """Removes the files of segments that are no longer in texts.yaml."""
    for name in sorted(set(manifest.rows) - set(texts(language))):
        print("no longer in texts.yaml:", name)
        (HERE / language / f"{name}.wav").unlink(missing_ok=True)
        del manifest.rows[name]
    manifest.save()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=("kokoro", "espeak"), default="kokoro")
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    parser.add_argument("--only", default="*", metavar="GLOB", help="segment names, e.g. 'num/*'")
    parser.add_argument("--voices", type=Path, help="folder of kokoro-js's voices (*.bin)")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    languages = args.language or LANGUAGES
    if args.check:
        name_of = EspeakEngine().name if args.engine == "espeak" else KokoroEngine.name
        missing = [f"{one}/{row[0]}" for one in languages for row in stale(one, Manifest(HERE / one), name_of)]
        print("\n".join(missing) or "every segment is there")
        return 1 if missing else 0
    if args.engine == "kokoro" and not args.voices:
        parser.error("--voices is needed for Kokoro")
    engine = EspeakEngine() if args.engine == "espeak" else KokoroEngine(args.voices)
    for language in languages:
        generate(language, engine, args.only)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

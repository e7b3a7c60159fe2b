"""Fuzz one place where bytes from outside come in, with atheris (coverage-guided, libFuzzer underneath).

    python tests/fuzz/run.py photo --seconds 3600 [--findings DIR]

Starts from the seeds kept in `seeds/<name>/`, mutates them, and stops at the first finding: its input is written to DIR
(default: the working folder), and fed to the harness again by `python tests/fuzz/run.py photo --again FILE`. What is new
and worth keeping grows in `--corpus DIR`. Native code (decoders, ffmpeg) is driven but not instrumented: coverage guides the
Python side.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
INSTRUMENTED = ["mediakit", "tomllib", "zipfile", "json", "PIL"]
SLOWEST_S = 25
MOST_MB = 2048
LONGEST = {"photo": 60_000, "clip": 120_000, "pack": 30_000}
LONGEST_TEXT = 4000


def main() -> None:
    """Parse, import under instrumentation, fuzz. libFuzzer ends the process itself."""
    reader = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    reader.add_argument("name")
    reader.add_argument("--seconds", type=int, default=60)
    reader.add_argument("--findings", type=Path, default=Path())
    reader.add_argument("--corpus", type=Path, help="Where inputs that reach new code are kept. Default: nowhere.")
    reader.add_argument("--again", type=Path, help="Only run this one input.")
    said = reader.parse_args()
    sys.path.insert(0, str(HERE))
    if said.again is not None:
        from harnesses import HARNESSES

        HARNESSES[said.name](said.again.read_bytes())
        return
    import atheris

    seeds = HERE / "seeds" / said.name
    with atheris.instrument_imports(include=INSTRUMENTED, enable_loader_override=False):
        from harnesses import HARNESSES

        harness = HARNESSES[said.name]
        for seed in sorted(seeds.iterdir()):
            harness(seed.read_bytes())  # imports what it needs, here, where imports are instrumented
    grown = said.corpus or Path(tempfile.mkdtemp(prefix="mediakit-corpus-"))
    grown.mkdir(parents=True, exist_ok=True)
    words = _dictionary(said.name, grown.parent)
    options = [
        f"-max_total_time={said.seconds}",
        f"-timeout={SLOWEST_S}",
        f"-rss_limit_mb={MOST_MB}",
        f"-max_len={LONGEST.get(said.name, LONGEST_TEXT)}",
        f"-artifact_prefix={said.findings}/finding-{said.name}-",
        "-print_final_stats=1",
        *([f"-dict={words}"] if words else []),
        str(grown),
        str(seeds),
    ]
    atheris.Setup([sys.argv[0], *options], harness)
    atheris.Fuzz()


def _dictionary(name: str, folder: Path) -> Path | None:
    """Words that mutations should know: the keys of what is read."""
    keys: set[str] = set()
    if name == "preset":
        from mediakit.presets.load import effective, load_preset
        from mediakit.presets.toml_file import join_key

        for key, _ in effective(load_preset("base").preset):
            keys |= {join_key(key), str(key[-1])}
    elif name == "sidecar":
        keys = {"focus", "point", "box", "[focus]"}
    elif name == "post":
        keys = {
            "[[posts]]",
            "title",
            "body",
            "topics",
            "order",
            "platforms",
            "sponsored",
            "folder",
            "name",
            "IMG_1.jpg",
        }
    elif name == "pack":
        keys = {"mediakit-pack.json", "preset.toml", "PK\\x03\\x04", "PK\\x01\\x02", "PK\\x05\\x06", "../"}
    if not keys:
        return None
    path = folder / f"{name}.dict"
    escaped = (key.replace('"', '\\"') for key in sorted(keys))
    path.write_text("".join(f'"{key}"\n' for key in escaped), encoding="utf-8")
    return path


if __name__ == "__main__":
    main()

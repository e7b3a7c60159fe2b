"""How much of the picture the encoder loses: VMAF of each deliverable against the same picture, scaled but not squeezed.

    python benchmarks/vmaf.py ../shared/corpus/video/short_stage_clip.mp4 ../shared/corpus/video/chaplin.mp4

Each clip is rendered twice by the same filters: once as it is delivered, once at a rate at which nothing is lost (CRF 1);
libvmaf in the bundled ffmpeg (model vmaf_v0.6.1, every third frame) says how far apart they are. 93 is where few people
see a difference at arm's length. Also said: the rate, and the CPU time beside the same filters and encoder run by hand.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

from mediakit.batch.clip_output import Known, plan_output
from mediakit.model import Kind
from mediakit.platforms.targets import resolve_one
from mediakit.presets.load import load_preset
from mediakit.presets.recipes import recipe_for
from mediakit.presets.schema import Limits
from mediakit.tools.ffmpeg import file_url, find_ffmpeg
from mediakit.video import encode
from mediakit.video.follow import follow
from mediakit.video.look import look_at_clip
from mediakit.video.probe import probe
from mediakit.video.render import render_clip

LOSSLESS_CRF = 1
EVERY = 3


def main() -> None:
    """Render and compare every clip of the command line for every target."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--to", nargs="+", default=["xiaohongshu.video", "wechat-moments.video"])
    args = parser.parse_args()
    print("clip                      target                 size       kbit/s  VMAF mean  lowest")
    for clip in args.clips:
        for target in args.to:
            measure(clip, target)


def measure(clip: Path, target: str) -> None:
    """One clip for one surface."""
    info = probe(clip, Limits())
    look = look_at_clip(clip, info)
    preset = load_preset("base", overrides={"clip.too_long": "trim"})
    recipe = recipe_for(preset, resolve_one(target)[0], Kind.CLIP).settled(info.size)
    known = Known(info=info, look=look, follower=lambda: follow(clip, info, look))
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        rendered = []
        for name, crf in (("made.mp4", encode.CRF), ("reference.mp4", LOSSLESS_CRF)):
            usual, encode.CRF = encode.CRF, crf
            try:
                planned = plan_output(recipe, known, work / name, work)
                output = planned.output
                if crf == LOSSLESS_CRF:
                    free = encode.Encoding(max_video_kbps=400_000)
                    output = type(output)(
                        **{k: getattr(output, k) for k in output.__dataclass_fields__} | {"encoding": free}
                    )
                rendered.append(render_clip(clip, info, [output])[0])
            finally:
                encode.CRF = usual
        made, reference = rendered
        mean, lowest = vmaf(made.path, reference.path, work)
        print(
            f"{clip.name[:24]:24}  {target:22} {made.size!s:10} {made.facts['kbps']:6}  {mean:9.2f}  {lowest:6.2f}",
            flush=True,
        )


def vmaf(made: Path, reference: Path, work: Path) -> tuple[float, float]:
    """Mean and lowest VMAF of the frames."""
    log = work / "vmaf.json"
    options = f"log_fmt=json:log_path={log.name}:n_threads=1:n_subsample={EVERY}"
    graph = f"[0:v][1:v]scale2ref=flags=lanczos[a][b];[a][b]libvmaf={options}"
    command = [str(find_ffmpeg()), "-v", "error", "-i", file_url(made), "-i", file_url(reference)]
    subprocess.run([*command, "-lavfi", graph, "-f", "null", "-"], check=True, cwd=work)
    pooled = json.loads(log.read_text())["pooled_metrics"]["vmaf"]
    return float(pooled["mean"]), float(pooled["min"])


if __name__ == "__main__":
    main()

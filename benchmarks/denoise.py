"""What denoising gains and costs: clean photos with noise put on them, taken off again at the amount of presets/base.

    python benchmarks/denoise.py ../shared/corpus/photos/crop ../shared/corpus/photos/people

Noise: Gaussian of sigma 15, 5 and 2 in code values on every channel, the same on all three (grey grain), the noise of a
sensor (variance grows with the light: Foi et al., IEEE TIP 17(10), 2008), white and as a demosaicing leaves it, blurred, and
coarse grain of sigma 8, blurred by a pixel. PSNR in dB against the clean photo; SSIM of luma after Wang et al., 2004, in 8x8
means. Photos whose own noise is measured above 1 are left out: they are no truth. At the end: how many clean photos come
back as the very same array, and what looking at them costs (CPU, one core).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from as_posted import as_posted

from mediakit.photo.denoise import denoise
from mediakit.pixels.noise import measure_noise
from mediakit.presets.schema import Retouch

CLEAN = 1.0
AMOUNT = Retouch().denoise
Pixels = np.ndarray


def main() -> None:
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("folders", type=Path, nargs="+")
    args = said.parse_args()
    cv2.setNumThreads(1)
    clean = [rgb for folder in args.folders for rgb in photos(folder)]
    random = np.random.default_rng(1)
    for name in ("gauss 15", "gauss 5", "gauss 2", "grey 15", "sensor", "sensor, blurred", "grain 8"):
        rows = np.array([tried(rgb, with_noise(rgb, name, random)) for rgb in clean])
        gain, ssim_before, ssim_after, spent, luma, chroma = rows.T
        print(
            f"{name:16} measured {luma.mean():4.1f} luma {chroma.mean():4.1f} chroma: PSNR {gain.mean():+.2f} dB "
            f"({gain.min():+.2f} to {gain.max():+.2f}), SSIM {ssim_before.mean():.3f} to {ssim_after.mean():.3f}, "
            f"{spent.mean():.0f} ms a megapixel"
        )
    looked, same = zip(*(left_alone(rgb) for rgb in clean), strict=True)
    print(f"clean: {sum(same)} of {len(same)} returned as they came; looking costs {np.median(looked):.1f} ms")


def photos(folder: Path) -> Iterator[Pixels]:
    """Clean photos at the size of a post."""
    for path in sorted(folder.iterdir()):
        rgb = as_posted(path)
        if rgb is None:
            continue
        noise = measure_noise(rgb)
        if min(rgb.shape[:2]) >= 400 and max(noise.luma, noise.chroma) < CLEAN:
            yield rgb


def with_noise(rgb: Pixels, name: str, random: np.random.Generator) -> Pixels:
    kind, _, sigma = name.partition(" ")
    if kind in ("gauss", "grey"):
        channels = 3 if kind == "gauss" else 1
        return to_codes(rgb + random.normal(0, float(sigma), (*rgb.shape[:2], channels)))
    if kind == "grain":
        coarse = cv2.GaussianBlur(random.normal(0, 1, rgb.shape), (0, 0), 1.0)
        return to_codes(rgb + float(sigma) / coarse.std() * coarse)
    light = (rgb / 255.0) ** 2.2
    noise = random.normal(0, 1, rgb.shape) * np.sqrt(0.0012 * light + 0.00002)
    if "blurred" in name:
        noise = 1.8 * cv2.GaussianBlur(noise, (0, 0), 0.8)
    return to_codes(255 * np.clip(light + noise, 0, 1) ** (1 / 2.2))


def to_codes(values: Pixels) -> Pixels:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def tried(clean: Pixels, noisy: Pixels) -> tuple[float, ...]:
    """Gain in dB, SSIM before and after, ms a megapixel, and the noise that was measured."""
    noise = measure_noise(noisy)
    began = time.process_time()
    result = denoise(noisy, noise, AMOUNT)
    spent = 1e9 * (time.process_time() - began) / (clean.shape[0] * clean.shape[1])
    gain = psnr(clean, result) - psnr(clean, noisy)
    return gain, ssim(clean, noisy), ssim(clean, result), spent, noise.luma, noise.chroma


def left_alone(rgb: Pixels) -> tuple[float, bool]:
    spent = []
    for _ in range(3):
        began = time.process_time()
        result = denoise(rgb, measure_noise(rgb), AMOUNT)
        spent.append(1000 * (time.process_time() - began))
    return min(spent), result is rgb


def psnr(one: Pixels, other: Pixels) -> float:
    return float(10 * np.log10(255**2 / np.mean((one.astype(np.float32) - other) ** 2)))


def ssim(one: Pixels, other: Pixels) -> float:
    x, y = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.float32) for p in (one, other))
    mean = lambda plane: cv2.blur(plane, (8, 8))  # noqa: E731
    mx, my = mean(x), mean(y)
    vx, vy, both = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float((((2 * mx * my + c1) * (2 * both + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2))).mean())


if __name__ == "__main__":
    main()

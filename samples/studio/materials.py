"""What things are made of, as Mitsuba BSDF dictionaries."""

from __future__ import annotations

from typing import Any

import mitsuba as mi
import numpy as np

from studio.paint import Texture, linear

Bsdf = dict[str, Any]

MIRROR: Bsdf = {"type": "conductor", "material": "Ag"}
GLASS: Bsdf = {"type": "dielectric", "int_ior": 1.5, "ext_ior": 1.0}


def plastic(colour: str, roughness: float = 0.3, coat: float = 0.6) -> Bsdf:
    """Lacquer, card or plastic: coloured, with a clear coat."""
    return {
        "type": "principled",
        "base_color": _rgb(colour),
        "roughness": roughness,
        "specular": 0.5,
        "clearcoat": coat,
        "clearcoat_gloss": 0.92,
    }


def lacquered(skin: Texture, roughness: float = 0.3, coat: float = 0.6) -> Bsdf:
    """Plastic with print on it."""
    return {
        "type": "principled",
        "base_color": _bitmap(skin),
        "roughness": roughness,
        "specular": 0.5,
        "clearcoat": coat,
        "clearcoat_gloss": 0.92,
    }


def matte(colour: str) -> Bsdf:
    """Cream, powder, plaster."""
    return {"type": "twosided", "bsdf": {"type": "diffuse", "reflectance": _rgb(colour)}}


def satin(colour: str) -> Bsdf:
    """Lipstick: deep colour under a soft sheen."""
    return {"type": "principled", "base_color": _rgb(colour), "roughness": 0.38, "specular": 0.55, "sheen": 0.3}


def liquid(colour: str) -> Bsdf:
    """What is inside a glass wall; the colour is what is left of white light after passing in and out."""
    return {"type": "dielectric", "int_ior": 1.36, "ext_ior": 1.5, "specular_transmittance": _rgb(colour)}


def painted(texture: Texture, roughness: float = 0.5, repeat: tuple[float, float] = (1, 1)) -> Bsdf:
    """A texture under a soft finish."""
    return {"type": "principled", "base_color": _bitmap(texture, repeat), "roughness": roughness, "specular": 0.4}


def printed(colours: Texture, opacity: Texture, roughness: float = 0.5) -> Bsdf:
    """Print on a thin film: seen where opacity is 1, nothing where it is 0."""
    ink = {"type": "twosided", "bsdf": {"type": "principled", "base_color": _bitmap(colours), "roughness": roughness}}
    return {"type": "mask", "opacity": _bitmap(opacity, raw=True), "bsdf": ink}


def _bitmap(texture: Texture, repeat: tuple[float, float] = (1, 1), raw: bool = False) -> dict[str, Any]:
    """A texture for Mitsuba: its own rows run upwards, ours downwards."""
    light = texture if raw else np.power(texture, 2.2)
    bitmap = mi.Bitmap(np.ascontiguousarray(light[::-1].astype(np.float32)))
    return {
        "type": "bitmap",
        "bitmap": bitmap,
        "raw": True,
        "to_uv": mi.ScalarTransform4f().scale([repeat[0], repeat[1], 1]),
    }


def _rgb(colour: str) -> dict[str, Any]:
    return {"type": "rgb", "value": linear(colour)}


GOLD: Bsdf = {"type": "principled", "base_color": _rgb("#f0c892"), "metallic": 1.0, "roughness": 0.20}
"""Champagne gold, satin."""

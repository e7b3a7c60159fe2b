"""Hear (speech, loudness) and mix (mute, music, duck, hush)."""

"""What the sample scripts share: fonts, shapes, products, scenes, a phone, and sound. Not part of the installed package."""

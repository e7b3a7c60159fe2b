"""Array maths without taste: sRGB and linear light, Lab, cubes, resampling, edge-keeping filters, masks."""

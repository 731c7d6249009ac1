"""Pictures of our formulas beside MathJax's own, pixel by pixel, in the same Chromium."""

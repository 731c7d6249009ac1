"""`python -m tests.tools.bench`: every benchmark, one after the other."""

from tests.tools.bench import breaks, cores, paint, screens, serve, speed, weight

weight.main()
paint.main()
breaks.main()
screens.main()
serve.main()
speed.main()
cores.main()

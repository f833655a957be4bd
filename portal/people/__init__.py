"""Who is who: the trust, its schools, adults, pupils, and which adult may see which child."""

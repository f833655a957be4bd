"""Coming in: letters, codes, PINs, picture cards, passwords, and the sittings they open."""

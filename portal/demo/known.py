"""Secrets of the demo that everybody may know; demo mode alone fills a database with them."""

# ruff: noqa: S105
DEMO_PASSWORD = "willow and bridge"
DEMO_PIN = "246810"
DEMO_TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PUPIL_PASSWORD = "kite-otter-lamp"
PUPIL_SIGN_IN = {"pupil-older": "idris.b", "young-person": "grace.o"}
KNOWN_LETTER_CODE = "KTE4F7K9Q2M"

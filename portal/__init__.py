"""The parent and pupil portal for children with special educational needs and disabilities."""

__version__ = "0.1.0"

"""The demo trust: an invented world of two schools, which every test lives in too."""

"""Taller: a learning platform for networks of vocational-training institutions."""

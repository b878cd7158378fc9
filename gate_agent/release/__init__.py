"""Puts a release in place (安装与升级): verified, staged beside the old one, switched, taken back.

Without a dependency until a release is in place: a bundle's installer runs this from its wheel.
"""

"""Surveys that people start by texting a word."""

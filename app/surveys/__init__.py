"""Surveys that people start by texting a word. (Only the table so far: the conversation comes later.)"""

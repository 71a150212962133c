"""Inbound texts in five stages: parsing, storage, reading, routing, reply queueing.

Read inbound_pipeline.py first, then the stages in this order: inbound_parsing.py,
inbound_storage.py, inbound_reading.py, inbound_routing.py, reply_queueing.py.
"""

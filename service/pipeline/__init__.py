"""From a message to a posted charge, in five steps.

receive   the message is stored as it came; now its sender may be acknowledged
extract   the documented elements are read out of it, and
propose   the mapping tables turn them into candidate charges, or into questions (chart.py does both)
decide    a person approves, changes or rejects each candidate
post      what was approved goes to billing, once, or lies where a person sees it

Each step reads what the step before it stored, and may be run again. receive and chart and post are given a
database and make their own transactions, because what they do between commits (an ACK, a network call) must
not happen inside one; decide works within its caller's.
"""
